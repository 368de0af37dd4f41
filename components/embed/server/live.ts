// The live connection, on which the server reports the end of a session.
import { Failure } from "../failure/failure";
import { call } from "./call";
import { within } from "./deadline";

/**
 * Milliseconds of silence after which a connection is dead. The server sends something every twenty
 * seconds.
 */
const SILENCE = 50_000;

/** The data of the event that ends a session. */
interface Refusal {
  code: string;
  message: string;
  requestId: string;
}

/**
 * Stays connected until the server says why the session ended (rejects) or until the connection
 * ends (resolves). The method is POST, because browsers send no `Origin` with a GET to the page's
 * own origin.
 */
export async function listen(server: string, token: string, signal: AbortSignal) {
  const answer = await within(
    (signal) => call(`${server}/embed/live`, token, signal),
    signal,
    "late",
    false,
  );
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
      const { code, message, requestId } = JSON.parse(refused[1] as string) as Refusal;
      throw new Failure(code, message, requestId);
    }
    text = text.slice(text.lastIndexOf("\n\n") + 1);
  }
}
