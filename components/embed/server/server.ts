// The two calls to the server: the session that a token grants, and the connection that reports its end.
import { Failure } from "../failure/failure";

/** The answer of `POST /embed/session`. */
export interface Session {
  user: { distinctId: string; role: string };
  organization: { name: string };
  permissions: Record<string, string[]>;
  /** RFC 3339 */
  expiresAt: string;
  /** RFC 3339 */
  serverTime: string;
  sandbox: boolean;
}

/** Milliseconds that a call may take. */
const PATIENCE = 15_000;
/** Milliseconds of silence after which a connection is dead. The server sends something every twenty seconds. */
const SILENCE = 50_000;

/** The base address, with or without the `/api` that the addresses of other products end with. */
export function base(given: string | null) {
  const own = import.meta.url.replace(/\/embed\/.*$/, "");
  return (given?.trim() || own).replace(/\/+$/, "").replace(/\/api$/, "");
}

/**
 * Rejects when the work takes too long or when the signal aborts. Stops the work then.
 * @param late the message of the error when the work takes too long
 * @param whole whether the work is complete once it resolves; otherwise the signal can still stop what it resolved to
 */
export function within<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, late: string, whole = true): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = new AbortController();
    const stop = () => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(() => reject(new Error(late))), PATIENCE);
    function end(then: () => void, goesOn = false) {
      clearTimeout(timer);
      if (!goesOn) signal.removeEventListener("abort", stop);
      then();
      if (!goesOn) limit.abort();
    }
    signal.addEventListener("abort", stop);
    work(limit.signal).then((value) => end(() => resolve(value), !whole), (error) => end(() => reject(error)));
  });
}

async function call(url: string, method: string, token: string, signal: AbortSignal) {
  let answer: Response;
  try {
    answer = await fetch(url, { method, headers: { authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store", signal });
  } catch (error) {
    if (signal.aborted) throw error;
    if (self.origin === "null") {
      throw new Failure("ORIGIN_NOT_AUTHORIZED", "This page has no origin of its own: it is a file, or a sandboxed frame without allow-same-origin.");
    }
    throw new Failure("SERVER_UNREACHABLE");
  }
  if (answer.ok) return answer;
  const { code, message } = (await answer.json().catch(() => null)) ?? {};
  const after = Number(answer.headers.get("retry-after")) || 0;
  // A proxy may have answered instead of the server.
  const ours = typeof code === "string" && typeof message === "string";
  const what = ours ? message : `The server answered ${answer.status}.`;
  throw new Failure(ours ? code : "SERVER_UNREACHABLE", what, answer.headers.get("x-request-id") ?? "", after);
}

/** Asks the server for the session that the token grants. */
export function open(server: string, token: string, signal: AbortSignal): Promise<Session> {
  const work = async (signal: AbortSignal) => (await call(`${server}/embed/session`, "POST", token, signal)).json();
  return within(work, signal, "late").catch((error) => {
    throw error instanceof Failure || signal.aborted ? error : new Failure("SERVER_UNREACHABLE");
  });
}

/**
 * Stays connected until the server says why the session ended (rejects) or until the connection ends (resolves). The method is POST,
 * because browsers send no `Origin` with a GET to the page's own origin.
 */
export async function listen(server: string, token: string, signal: AbortSignal) {
  const answer = await within((signal) => call(`${server}/embed/live`, "POST", token, signal), signal, "late", false);
  const reader = (answer.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<void>((resolve) => (timer = setTimeout(resolve, SILENCE)));
    const piece = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
    if (!piece || piece.done) {
      reader.cancel().catch(() => {});
      return;
    }
    text += decoder.decode(piece.value, { stream: true });
    const refused = /event: refused\ndata: (.*)\n\n/.exec(text);
    if (refused) {
      const { code, message, requestId } = JSON.parse(refused[1] as string);
      throw new Failure(code, message, requestId);
    }
    text = text.slice(text.lastIndexOf("\n\n") + 1);
  }
}
