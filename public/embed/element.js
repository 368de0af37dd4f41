// The element: what it was given, the connection it shares, the events its page may listen to.
import { Connection } from "./connection.js";
import { Failure, report } from "./failure.js";
import { base } from "./server.js";
import { View } from "./view.js";

/** Milliseconds in which a page may still say where the token comes from. */
const GRACE = 3_000;

export class Embed extends HTMLElement {
  static observedAttributes = ["auth-token", "server-url", "token-endpoint"];

  #view = new View(this, () => this.#connection?.again());
  #token = "";
  /** @type {(() => Promise<string> | string) | null} */
  #fetchToken = null;
  /** @type {Connection | null} */
  #connection = null;
  #joined = false;
  /** Whether it was ever given a token or a source. */
  #given = false;
  #asked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #grace;
  /** Whom it shows, to notice somebody else. */
  #viewer = "";
  #replaced = false;
  #taken = "";
  /** @type {Failure | null} */
  #failure = null;
  #warned = false;

  constructor() {
    super();
    this.#view.slot.addEventListener("slotchange", () => this.#warn());
  }

  get fetchToken() {
    return this.#fetchToken;
  }

  set fetchToken(source) {
    this.#fetchToken = typeof source === "function" ? source : null;
    this.#ask();
  }

  /** @param {string} name @param {string | null} _ @param {string | null} value */
  attributeChangedCallback(name, _, value) {
    if (name === "auth-token" && value !== null) {
      this.#token = value.trim();
      // It has been read; whatever walks over the page later need not read it too.
      this.removeAttribute(name);
    }
    this.#ask();
  }

  connectedCallback() {
    // Set before the script came, it stands in front of the accessor.
    if (Object.hasOwn(this, "fetchToken")) {
      const early = this.fetchToken;
      // @ts-ignore: it is the instance's own
      delete this.fetchToken;
      this.fetchToken = early;
    }
    this.#ask();
  }

  disconnectedCallback() {
    this.#ask();
  }

  /** Whatever a framework does in one go, moving included, is looked at once, afterwards. */
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
      // Nobody is shown any more; whoever comes next is shown from the beginning.
      this.#forget();
      // Taken away again it is no mistake: somebody signed out.
      if (!this.#given) this.#grace = setTimeout(() => this.#fail(new Failure("TOKEN_MISSING", "Neither auth-token nor fetchToken nor token-endpoint was set.")), GRACE);
      return;
    }
    const server = base(this.getAttribute("server-url"));
    if (!/^https?:\/\/[^/]/.test(server)) {
      this.#leave();
      this.#fail(new Failure("SERVER_UNREACHABLE", "server-url must be an address such as https://perch.example.com."));
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

  /** Something about the connection is another than before. */
  changed() {
    const connection = this.#connection;
    if (!connection || !this.#joined) return;
    const { session, failure, taken } = connection;
    if (failure && failure !== this.#failure) this.#tell("tc-error", { code: failure.code, message: failure.message, requestId: failure.requestId });
    const recovered = this.#failure && !failure;
    this.#failure = failure;
    if (!session) {
      if (failure) this.#view.failed(failure, connection.source !== null);
      else if (!this.#viewer) this.#view.waiting();
      return;
    }
    const viewer = JSON.stringify([session.organization.name, session.user.distinctId, session.sandbox]);
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
        console.warn(`Perch: PERMISSION_MISSING. <${this.localName}> needs ${this.#view.model}: ${this.#view.needs}, which this token does not grant. ${connection.server}/docs/errors#PERMISSION_MISSING`);
      }
    } else if (other) this.#tell("tc-viewer-changed", told);
    else if (renewed) this.#tell("tc-token-refreshed", told);
    else if (recovered) this.#tell("tc-recovered", told);
  }

  /** @param {number} seconds left */
  expiring(seconds) {
    this.#tell("tc-token-expiring", { expiresAt: this.#connection?.session?.expiresAt, seconds });
  }

  /** @param {Failure} failure */
  #fail(failure) {
    report(base(this.getAttribute("server-url")), failure);
    this.#view.failed(failure, false);
    this.#tell("tc-error", { code: failure.code, message: failure.message, requestId: failure.requestId });
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #warn() {
    const content = this.#view.slot.assignedNodes().some((node) => node.nodeType === 1 || node.textContent?.trim());
    if (!content || this.#warned) return;
    this.#warned = true;
    console.warn(`Perch: <${this.localName}> has content inside. HTML knows no <${this.localName} />: close it with </${this.localName}>.`);
  }
}
