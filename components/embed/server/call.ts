// One call to the server: the answer, or a failure that says why there is none.
import { Failure } from "../failure/failure";

/** Sends a POST with the token. */
export async function call(url: string, token: string, signal: AbortSignal) {
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      credentials: "omit",
      cache: "no-store",
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    if (self.origin === "null") {
      throw new Failure(
        "ORIGIN_NOT_AUTHORIZED",
        "This page has no origin of its own: it is a file, or a sandboxed frame without allow-same-origin.",
      );
    }
    throw new Failure("SERVER_UNREACHABLE");
  }
  if (answer.ok) return answer;
  const body: { code?: unknown; message?: unknown } | null = await answer.json().catch(() => null);
  const { code, message } = body ?? {};
  const after = Number(answer.headers.get("retry-after")) || 0;
  // A proxy may have answered instead of the server.
  const ours = typeof code === "string" && typeof message === "string";
  const what = ours ? message : `The server answered ${answer.status}.`;
  throw new Failure(
    ours ? code : "SERVER_UNREACHABLE",
    what,
    answer.headers.get("x-request-id") ?? "",
    after,
  );
}
