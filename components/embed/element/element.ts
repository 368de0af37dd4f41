// The custom element: it reads its attributes and `fetchToken`, joins a connection, and sends
// events to its page.
import { Connection, type Member } from "../connection/connection";
import { Failure, report } from "../failure/failure";
import { base } from "../server/address";
import type { FetchToken } from "../token/source";
import { View } from "./view";

/**
 * Milliseconds in which a page may still set a token or a source before that counts as a mistake.
 */
const GRACE = 3_000;

export class Embed extends HTMLElement implements Member {
  static observedAttributes = ["auth-token", "server-url", "token-endpoint"];

  #view = new View(this, () => this.#connection?.again());
  #token = "";
  #fetchToken: FetchToken | null = null;
  #connection: Connection | null = null;
  #joined = false;
  /** Whether the element ever had a token or a source. */
  #given = false;
  #asked = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  /** The viewer that is shown, to notice another one. */
  #viewer = "";
  #replaced = false;
  #taken = "";
  #failure: Failure | null = null;
  #warned = false;

  constructor() {
    super();
    this.#view.slot.addEventListener("slotchange", () => this.#warn());
  }

  get fetchToken(): FetchToken | null {
    return this.#fetchToken;
  }

  set fetchToken(source: unknown) {
    this.#fetchToken = typeof source === "function" ? (source as FetchToken) : null;
    this.#ask();
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null) {
    if (name === "auth-token" && value !== null) {
      this.#token = value.trim();
      // The element has read the token. Nothing that looks at the page later needs to.
      this.removeAttribute(name);
    }
    this.#ask();
  }

  connectedCallback() {
    // A property that the page set before this script ran hides the accessor.
    if (Object.hasOwn(this, "fetchToken")) {
      const early = this.fetchToken;
      // @ts-expect-error: only the instance's own property is deleted
      delete this.fetchToken;
      this.fetchToken = early;
    }
    this.#ask();
  }

  disconnectedCallback() {
    this.#ask();
  }

  /**
   * Settles once after all changes that a framework makes in one go, moving the element included.
   */
  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      this.#settle();
    });
  }

  #settle() {
    clearTimeout(this.#grace);
    const source = this.#fetchToken ?? this.getAttribute("token-endpoint");
    if (!this.isConnected || (!this.#token && !source)) {
      this.#leave();
      if (!this.isConnected) return;
      // The next viewer starts from the beginning.
      this.#forget();
      // A token that was removed again is not a mistake: the viewer signed out.
      if (!this.#given)
        this.#grace = setTimeout(
          () =>
            this.#fail(
              new Failure(
                "TOKEN_MISSING",
                "Neither auth-token nor fetchToken nor token-endpoint was set.",
              ),
            ),
          GRACE,
        );
      return;
    }
    const server = base(this.getAttribute("server-url"));
    if (!/^https?:\/\/[^/]/.test(server)) {
      this.#leave();
      this.#fail(
        new Failure(
          "SERVER_UNREACHABLE",
          "server-url must be an address such as https://perch.example.com.",
        ),
      );
      return;
    }
    const connection = Connection.of(server, this.#token, source, this.#connection, this);
    if (connection === this.#connection && this.#joined) return;
    this.#leave();
    this.#connection = connection;
    this.#joined = this.#given = true;
    connection.join(this);
    this.changed();
  }

  #forget() {
    this.#connection = null;
    this.#viewer = this.#taken = "";
    this.#failure = null;
    this.#view.waiting(this.#given ? "Not connected." : undefined);
  }

  #leave() {
    if (this.#joined) this.#connection?.leave(this);
    this.#joined = false;
  }

  /** Shows the connection after a change. */
  changed() {
    const connection = this.#connection;
    if (!connection || !this.#joined) return;
    const { session, failure, taken } = connection;
    if (failure && failure !== this.#failure)
      this.#tell("tc-error", {
        code: failure.code,
        message: failure.message,
        requestId: failure.requestId,
      });
    const recovered = this.#failure && !failure;
    this.#failure = failure;
    if (!session) {
      if (failure) this.#view.failed(failure, connection.source !== null);
      else if (!this.#viewer) this.#view.waiting();
      return;
    }
    const viewer = JSON.stringify([
      session.organization.name,
      session.user.distinctId,
      session.sandbox,
    ]);
    const token = `${connection.server} ${connection.given} ${taken}`;
    const first = !this.#viewer;
    const other = !first && this.#viewer !== viewer;
    const renewed = !first && this.#taken !== token;
    if (other || renewed) this.#replaced = other;
    this.#viewer = viewer;
    this.#taken = token;
    this.#view.connected(session, connection.left, connection.reached, this.#replaced);
    const told = { expiresAt: session.expiresAt };
    if (first) {
      this.#tell("tc-ready", told);
      if (!this.#view.allowed(session.permissions)) {
        console.warn(
          `Perch: PERMISSION_MISSING. <${this.localName}> needs ${this.#view.model}: ${this.#view.needs}, which this token does not grant. ${connection.server}/docs/errors#PERMISSION_MISSING`,
        );
      }
    } else if (other) this.#tell("tc-viewer-changed", told);
    else if (renewed) this.#tell("tc-token-refreshed", told);
    else if (recovered) this.#tell("tc-recovered", told);
  }

  /** @param seconds until the session ends */
  expiring(seconds: number) {
    this.#tell("tc-token-expiring", { expiresAt: this.#connection?.session?.expiresAt, seconds });
  }

  #fail(failure: Failure) {
    report(base(this.getAttribute("server-url")), failure);
    this.#view.failed(failure, false);
    this.#tell("tc-error", {
      code: failure.code,
      message: failure.message,
      requestId: failure.requestId,
    });
  }

  #tell(name: string, detail: object) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Warns when the element has content, which happens when its tag was not closed. */
  #warn() {
    const content = this.#view.slot
      .assignedNodes()
      .some((node) => node.nodeType === 1 || node.textContent?.trim());
    if (!content || this.#warned) return;
    this.#warned = true;
    console.warn(
      `Perch: <${this.localName}> has content inside. HTML knows no <${this.localName} />: close it with </${this.localName}>.`,
    );
  }
}
