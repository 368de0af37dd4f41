// Why something failed: a code of the registry, with everything for the developer and one neutral
// sentence for the visitor.
import { DEVELOPER_TEXTS, VISITOR_MESSAGES, VISITOR_MESSAGE_OF, VisitorMessage } from "./codes";

export class Failure extends Error {
  declare readonly code: string;
  /** What the developer should do; empty where the message is specific to this failure. */
  declare readonly fix: string;
  /** The id by which an admin finds the request. */
  declare readonly requestId: string;
  /** Seconds to wait before the next attempt. */
  declare readonly retryAfter: number;

  /** @param message the registry's message where absent */
  constructor(code: string, message?: string, requestId = "", retryAfter = 0) {
    const [known = "", fix = ""] = DEVELOPER_TEXTS[code] ?? [];
    super(message || known);
    this.code = code;
    // The general fix does not help where the message says something specific.
    this.fix = message && message !== known ? "" : fix;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }

  /**
   * Whether the failure will pass although its code does not say so, such as a backend that does
   * not answer.
   */
  temporary = false;

  /** The sentence for the visitor, and whether trying again can help. */
  get said() {
    return VISITOR_MESSAGES[
      this.temporary
        ? VisitorMessage.Unreachable
        : (VISITOR_MESSAGE_OF[this.code] ?? VisitorMessage.NotShown)
    ] as [string, boolean];
  }

  /** Whether the failure may pass without anybody changing anything. */
  get passing() {
    return VISITOR_MESSAGE_OF[this.code] === VisitorMessage.Unreachable;
  }

  /** Whether another token may help. */
  get ofToken() {
    return this.code.startsWith("TOKEN_");
  }
}

/**
 * Turns a thrown value into a failure: the value itself if it is one, else a failure of this code.
 */
export function failed(thrown: unknown, code: string, what = "") {
  if (thrown instanceof Failure) return thrown;
  return new Failure(
    code,
    what && `${what}: ${thrown instanceof Error ? thrown.message : thrown}.`,
  );
}

/** Writes the failure to the browser's console, for the developer. */
export function report(server: string, { code, message, fix, requestId }: Failure) {
  const id = requestId && ` Request id ${requestId}.`;
  console.error(`Perch: ${code}. ${message}${fix && ` ${fix}`}${id} ${server}/docs/errors#${code}`);
}
