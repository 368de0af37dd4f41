// Where new tokens come from: a function of the page, or an address of the page's own origin.
import { Failure, failed } from "../failure/failure";
import { within } from "../server/deadline";

/** A function of the page that returns a new token. */
export type FetchToken = () => Promise<string> | string;

/** A function, the address of an endpoint, or nothing. */
export type Source = FetchToken | string | null;

/**
 * Returns a new token, or throws a failure that says why there is none.
 * @param old the token that is about to end; empty for the first token
 */
export async function renew(source: Exclude<Source, null>, old: string, signal: AbortSignal) {
  const code = old ? "TOKEN_NOT_RENEWED" : "TOKEN_MISSING";
  const name = typeof source === "function" ? "fetchToken" : "token-endpoint";
  let token: unknown;
  try {
    const work =
      typeof source === "function"
        ? async () => source()
        : (signal: AbortSignal) => post(source, signal);
    token = await within<unknown>(work, signal, "no answer in time");
  } catch (error) {
    if (signal.aborted) throw error;
    throw Object.assign(failed(error, code, `${name} failed`), { temporary: true });
  }
  if (typeof token !== "string" || !token.trim())
    throw new Failure(code, `${name} delivered no token.`);
  if (token.trim() === old) throw new Failure(code);
  return token.trim();
}

async function post(endpoint: string, signal: AbortSignal): Promise<unknown> {
  const url = new URL(endpoint, document.baseURI);
  if (url.origin !== location.origin)
    throw new Error("it must be an address of the page's own origin");
  const answer = await fetch(url, {
    method: "POST",
    headers: { accept: "application/json" },
    signal,
  });
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  const body: { token?: unknown } = await answer.json();
  return body.token;
}
