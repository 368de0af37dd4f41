// The session that a token grants.
import { Failure } from "../failure/failure";
import { call } from "./call";
import { within } from "./deadline";

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

/** Asks the server for the session that the token grants. */
export function openSession(server: string, token: string, signal: AbortSignal): Promise<Session> {
  const work = async (signal: AbortSignal) =>
    (await call(`${server}/embed/session`, token, signal)).json() as Promise<Session>;
  return within(work, signal, "late").catch((error) => {
    throw error instanceof Failure || signal.aborted ? error : new Failure("SERVER_UNREACHABLE");
  });
}
