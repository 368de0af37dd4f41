// Calls to the server: what a token grants, and the connection that is told when that ends.
import { Failure } from "./failure.js";

/**
 * @typedef {object} Session
 * @property {{distinctId: string, role: string}} user
 * @property {{name: string}} organization
 * @property {Record<string, string[]>} permissions
 * @property {string} expiresAt RFC 3339
 * @property {string} serverTime RFC 3339
 * @property {boolean} sandbox
 */

/** Milliseconds that a call may take. */
const PATIENCE = 15_000;
/** Milliseconds of silence after which a connection is dead; the server says something every twenty seconds. */
const SILENCE = 50_000;

/**
 * The base address, with or without the `/api` that other products' addresses end with.
 * @param {string | null} given
 */
export function base(given) {
  const own = import.meta.url.replace(/\/embed\/.*$/, "");
  return (given?.trim() || own).replace(/\/+$/, "").replace(/\/api$/, "");
}

/**
 * Gives up after a while, or when told to.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @param {AbortSignal} signal
 * @param {string} late what is said then
 * @param {boolean} [whole] whether nothing of the work goes on afterwards
 * @returns {Promise<T>}
 */
export function within(work, signal, late, whole = true) {
  return new Promise((resolve, reject) => {
    const limit = new AbortController();
    const stop = () => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(() => reject(new Error(late))), PATIENCE);
    /** @param {() => void} then @param {boolean} [goesOn] */
    function end(then, goesOn = false) {
      clearTimeout(timer);
      if (!goesOn) signal.removeEventListener("abort", stop);
      then();
      if (!goesOn) limit.abort();
    }
    signal.addEventListener("abort", stop);
    work(limit.signal).then((value) => end(() => resolve(value), !whole), (error) => end(() => reject(error)));
  });
}

/**
 * @param {string} url
 * @param {string} method
 * @param {string} token
 * @param {AbortSignal} signal
 */
async function call(url, method, token, signal) {
  /** @type {Response} */
  let answer;
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
  // Somebody in between may have answered instead.
  const ours = typeof code === "string" && typeof message === "string";
  const what = ours ? message : `The server answered ${answer.status}.`;
  throw new Failure(ours ? code : "SERVER_UNREACHABLE", what, answer.headers.get("x-request-id") ?? "", after);
}

/**
 * What the token grants.
 * @param {string} server
 * @param {string} token
 * @param {AbortSignal} signal
 * @returns {Promise<Session>}
 */
export function open(server, token, signal) {
  const work = async (/** @type {AbortSignal} */ signal) => (await call(`${server}/embed/session`, "POST", token, signal)).json();
  return within(work, signal, "late").catch((error) => {
    throw error instanceof Failure || signal.aborted ? error : new Failure("SERVER_UNREACHABLE");
  });
}

/**
 * Stays connected until the server says why it is over, or the connection ends. Resolves in the latter case. A POST, because
 * with a GET browsers name no origin where server and page share one.
 * @param {string} server
 * @param {string} token
 * @param {AbortSignal} signal
 */
export async function listen(server, token, signal) {
  const answer = await within((signal) => call(`${server}/embed/live`, "POST", token, signal), signal, "late", false);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const silence = new Promise((resolve) => (timer = setTimeout(resolve, SILENCE)));
    // Whichever comes first; what is left of the other is taken care of.
    const piece = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
    if (!piece || piece.done) {
      reader.cancel().catch(() => {});
      return;
    }
    text += decoder.decode(piece.value, { stream: true });
    const refused = /event: refused\ndata: (.*)\n\n/.exec(text);
    if (refused) {
      const { code, message, requestId } = JSON.parse(/** @type {string} */ (refused[1]));
      throw new Failure(code, message, requestId);
    }
    text = text.slice(text.lastIndexOf("\n\n") + 1);
  }
}
