// Why something did not work: a code of the registry, for the developer in full, for the visitor in one neutral sentence.
import { ABOUT, DECIDED, SAID } from "./codes.js";

export class Failure extends Error {
  /**
   * @param {string} code
   * @param {string} [message] absent, the registry's
   * @param {string} [requestId] what an admin finds it by
   * @param {number} [retryAfter] seconds
   */
  constructor(code, message, requestId = "", retryAfter = 0) {
    const [known = "", fix = ""] = DECIDED[code] ?? [];
    super(message || known);
    this.code = code;
    // What to do in general is beside the point where something is known in particular.
    this.fix = message && message !== known ? "" : fix;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }

  /** Somebody else's fault that will pass, whatever the code says: a backend that does not answer. */
  temporary = false;

  /** What a visitor reads, and whether trying again can help. */
  get said() {
    return /** @type {[string, boolean]} */ (SAID[this.temporary ? 4 : (ABOUT[this.code] ?? 1)]);
  }

  /** Whether time alone may mend it. */
  get passing() {
    return ABOUT[this.code] === 4;
  }

  /** Whether another token may mend it. */
  get ofToken() {
    return this.code.startsWith("TOKEN_");
  }
}

/**
 * Whatever was thrown, as a failure.
 * @param {unknown} thrown
 * @param {string} code
 * @param {string} [what]
 */
export function failed(thrown, code, what = "") {
  if (thrown instanceof Failure) return thrown;
  return new Failure(code, what && `${what}: ${thrown instanceof Error ? thrown.message : thrown}.`);
}

/**
 * For the developer, in the browser's console.
 * @param {string} server
 * @param {Failure} failure
 */
export function report(server, { code, message, fix, requestId }) {
  const id = requestId && ` Request id ${requestId}.`;
  console.error(`Perch: ${code}. ${message}${fix && ` ${fix}`}${id} ${server}/docs/errors#${code}`);
}
