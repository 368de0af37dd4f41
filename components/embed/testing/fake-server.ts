// A server for the tests of connections, with a clock of its own. Answers come without a network.
import { vi } from "vitest";

/** The moment at which the clocks of server and page begin. */
export const START = Date.UTC(2026, 0, 1);

export class FakeServer {
  /** Every call, such as `session token-1`. */
  calls: string[] = [];
  /** Milliseconds that a token lives after its first use. */
  life = 600_000;
  /** The answer to every session call while set. */
  refusal: { code: string; retryAfter?: number } | null = null;
  reachable = true;
  /** Milliseconds before each answer. */
  delay = 0;
  #ends = new Map<string, number>();
  #live = new Map<string, ReadableStreamDefaultController<Uint8Array>>();

  constructor() {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.#answer(url, init));
  }

  /** The server's clock. It does not follow when somebody moves the clock of the page. */
  get now() {
    return START + performance.now();
  }

  /** The tokens whose live connection is open. */
  get live() {
    return [...this.#live.keys()];
  }

  /** Ends the live connection of a token with a code. */
  end(token: string, code: string) {
    const data = JSON.stringify({ code, message: `${code}.`, requestId: "0192-live" });
    this.#send(token, `event: refused\ndata: ${data}\n\n`);
  }

  #send(token: string, text: string) {
    this.#live.get(token)?.enqueue(new TextEncoder().encode(text));
  }

  async #answer(url: string, { headers, signal }: RequestInit) {
    const token =
      (headers as Record<string, string>)["authorization"]?.slice("Bearer ".length) ?? "";
    const call = url.slice(url.lastIndexOf("/") + 1);
    this.calls.push(`${call} ${token}`);
    if (this.delay) await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (!this.reachable) throw new TypeError("Failed to fetch");
    return call === "live" ? this.#listen(token, signal) : this.#session(token);
  }

  #session(token: string) {
    const ends = this.#ends.get(token) ?? this.now + this.life;
    this.#ends.set(token, ends);
    const code = this.now >= ends ? "TOKEN_EXPIRED" : this.refusal?.code;
    const session = {
      user: { distinctId: "ada", role: "viewer" },
      organization: { name: "Acme" },
      permissions: { dashboard: ["can_view"] },
      expiresAt: new Date(ends).toISOString(),
      serverTime: new Date(this.now).toISOString(),
      sandbox: false,
    };
    return {
      ok: !code,
      status: code ? 400 : 200,
      headers: new Headers({ "retry-after": String(this.refusal?.retryAfter ?? "") }),
      json: async () => (code ? { code, message: `${code}.` } : session),
    };
  }

  #listen(token: string, signal: AbortSignal | null | undefined) {
    let beat: ReturnType<typeof setInterval>;
    const close = () => {
      clearInterval(beat);
      this.#live.delete(token);
    };
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#live.set(token, controller);
        beat = setInterval(() => this.#send(token, ":\n\n"), 20_000);
        signal?.addEventListener("abort", () => {
          close();
          controller.error(new Error("aborted"));
        });
      },
      cancel: close,
    });
    return { ok: true, body };
  }
}
