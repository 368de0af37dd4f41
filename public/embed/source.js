// Where new tokens come from: a function of the page, or an address of the page's own origin.
import { Failure, failed } from "./failure.js";
import { within } from "./server.js";

/** @typedef {(() => Promise<string> | string) | string | null} Source a function, the address of an endpoint, or nothing */

/**
 * A new token, or a failure that says why there is none.
 * @param {Exclude<Source, null>} source
 * @param {string} old the token that is about to end; empty for the first
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function renew(source, old, signal) {
  const code = old ? "TOKEN_NOT_RENEWED" : "TOKEN_MISSING";
  const name = typeof source === "function" ? "fetchToken" : "token-endpoint";
  /** @type {unknown} */
  let token;
  try {
    const work = typeof source === "function" ? async () => source() : (/** @type {AbortSignal} */ signal) => post(source, signal);
    token = await within(work, signal, "no answer in time");
  } catch (error) {
    if (signal.aborted) throw error;
    throw Object.assign(failed(error, code, `${name} failed`), { temporary: true });
  }
  if (typeof token !== "string" || !token.trim()) throw new Failure(code, `${name} delivered no token.`);
  if (token.trim() === old) throw new Failure(code);
  return token.trim();
}

/**
 * @param {string} endpoint
 * @param {AbortSignal} signal
 */
async function post(endpoint, signal) {
  const url = new URL(endpoint, document.baseURI);
  if (url.origin !== location.origin) throw new Error("it must be an address of the page's own origin");
  const answer = await fetch(url, { method: "POST", headers: { accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
  return (await answer.json()).token;
}
