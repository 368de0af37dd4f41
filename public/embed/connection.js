// One viewer's connection. Elements that were given the same token and source share it; what they were given apart stays apart.
// Everything is decided in `look`, by the clock: one timer leads there, and so does whatever may have changed meanwhile.
import { Failure, failed, report } from "./failure.js";
import { listen, open } from "./server.js";
import { renew } from "./source.js";

/**
 * @typedef {import("./server.js").Session} Session
 * @typedef {import("./source.js").Source} Source
 * @typedef {{ changed(): void, expiring(seconds: number): void }} Member an element
 */

const SECOND = 1_000;
/** Milliseconds between two looks at most: the remaining time is shown. */
const LOOK = 30 * SECOND;
/** Milliseconds after which a connection that ended had been worth having. */
const STEADY = 30 * SECOND;
/** Connections of one page that stay open to a server: over HTTP/1.1 a browser has six for everything. */
const MOST_OPEN = 2;
/** A clock that ran this much apart from the other was moved, or the machine slept. */
const JUMP = 5 * SECOND;

/** @type {Set<Connection>} */
const pool = new Set();

export class Connection {
  /** @type {Session | null} */
  session = null;
  /** Why there is no session, or, beside one, why it could not be renewed. @type {Failure | null} */
  failure = null;
  /** Whether the server answered last. */
  reached = true;
  /** Counts the tokens that were taken. */
  taken = 0;

  /** @type {Set<Member>} */
  #members = new Set();
  #current;
  /** @type {AbortController | null} */
  #flight = null;
  /** @type {AbortController | null} */
  #live = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #offset = 0;
  // Moments of the server's clock, in milliseconds.
  #expires = 0;
  #due = 0;
  #retry = 0;
  #announced = false;
  #refused = "";
  #checked = 0;
  #tried = 0;
  #apart = 0;
  #ended = 0;

  /**
   * The connection for what an element was given.
   * @param {string} server
   * @param {string} token empty where only the source has one
   * @param {Source} source
   * @param {Connection | null} own the one it had before
   * @param {Member} member the element
   */
  static of(server, token, source, own, member) {
    const fits = (/** @type {Connection} */ one) => one.server === server && one.given === token && one.source === source;
    for (const one of pool) if (fits(one)) return one;
    // A framework makes a new function each time it renders; whoever is alone with a connection keeps it.
    const alike = own && (own.source === source || (typeof own.source === "function" && typeof source === "function"));
    if (alike && own.server === server && own.given === token && [...own.#members].every((other) => other === member)) {
      own.source = source;
      return own;
    }
    return new Connection(server, token, source);
  }

  /**
   * @param {string} server
   * @param {string} given
   * @param {Source} source
   */
  constructor(server, given, source) {
    this.server = server;
    this.given = given;
    this.source = source;
    this.#current = given;
  }

  /** @param {Member} member */
  join(member) {
    this.#members.add(member);
    if (this.#members.size > 1) return;
    pool.add(this);
    for (const [target, name] of WAKING) target().addEventListener(name, this.#wake);
    this.#apart = Date.now() - performance.now();
    this.#checked = 0;
    this.#wake();
  }

  /** @param {Member} member */
  leave(member) {
    this.#members.delete(member);
    if (this.#members.size) return;
    pool.delete(this);
    for (const [target, name] of WAKING) target().removeEventListener(name, this.#wake);
    clearTimeout(this.#timer);
    this.#flight?.abort();
    this.#live?.abort();
    this.#flight = this.#live = null;
  }

  /** Milliseconds of the session that are left, by the server's clock. */
  get left() {
    return this.#expires - this.#now();
  }

  /** Somebody asked for another try. */
  again() {
    if (!this.#members.size) return;
    this.#retry = 0;
    this.#refused = "";
    this.#work(!this.session && Boolean(this.source) && Boolean(this.#current));
  }

  #now() {
    return Date.now() + this.#offset;
  }

  /** The tab is looked at again, the network is back, the machine is awake: what was known may be old. */
  #wake = () => {
    const jumped = this.#jumped();
    const hidden = document.visibilityState === "hidden";
    if (hidden) {
      this.#live?.abort();
      this.#live = null;
    }
    // Where nobody looks it connects once, so that the page hears of it.
    if ((hidden ? !this.#tried : !this.#live || jumped) && Math.abs(this.#now() - this.#checked) > JUMP) {
      // Several of these come at once, and one try is enough for all.
      this.#retry = Math.max(this.#now(), this.#tried + SECOND);
    } else if (this.session && !this.#retry) {
      this.#connect();
    }
    this.#look(jumped);
  };

  #jumped() {
    const apart = Date.now() - performance.now();
    const jumped = Math.abs(apart - this.#apart) > JUMP;
    this.#apart = apart;
    return jumped;
  }

  /** @param {boolean} [jumped] */
  #look = (jumped = this.#jumped()) => {
    clearTimeout(this.#timer);
    const now = this.#now();
    // What time it is, the server says; until then nothing is decided by it.
    if (jumped) this.#work(false);
    else if (this.session && now >= this.#expires) this.#lapse();
    if (!jumped && this.session && now >= this.#due && !this.#announced) {
      this.#announced = true;
      this.#members.forEach((member) => member.expiring(Math.max(0, Math.round(this.left / SECOND))));
    }
    const over = this.#refused === this.#current || (this.taken > 0 && now >= this.#expires);
    const old = this.session ? now >= this.#due : over && this.#current !== "";
    if (!jumped && old && this.source && now >= this.#retry) this.#work(true);
    else if (this.#retry && now >= this.#retry) this.#work(false);
    this.#tell();
    const next = [this.#retry, this.session && !this.#announced ? this.#due : 0, this.session ? this.#expires : 0].filter((at) => at > now);
    if (this.#members.size) this.#timer = setTimeout(() => this.#look(), Math.min(LOOK, ...next.map((at) => at - now)));
  };

  #tell() {
    this.#members.forEach((member) => member.changed());
  }

  /**
   * Asks the server what the token grants, for a new token where that is wanted. Once at a time.
   * @param {boolean} fresh
   */
  async #work(fresh) {
    if (this.#flight) return;
    const flight = (this.#flight = new AbortController());
    this.#tried = this.#now();
    let token = this.#current;
    try {
      if ((fresh || !token) && this.source) token = await renew(this.source, token, flight.signal);
      if (!token) throw new Failure("TOKEN_MISSING");
      const sent = Date.now();
      const session = await open(this.server, token, flight.signal);
      if (flight.signal.aborted) return;
      this.#take(token, session, (sent + Date.now()) / 2);
    } catch (error) {
      if (flight.signal.aborted) return;
      this.#fail(failed(error, "SERVER_UNREACHABLE"), token);
      if (fresh) await this.#still(flight.signal);
    } finally {
      if (this.#flight === flight) this.#flight = null;
    }
    this.#look();
  }

  /**
   * Asks whether the token that could not be renewed may still go on, where no connection is open that would tell.
   * @param {AbortSignal} signal
   */
  async #still(signal) {
    if (!this.session || this.#live) return;
    try {
      await open(this.server, this.#current, signal);
      this.#connect();
    } catch (error) {
      const refused = failed(error, "SERVER_UNREACHABLE");
      if (!signal.aborted && !refused.passing) this.#fail(refused, this.#current);
    }
  }

  /**
   * @param {string} token
   * @param {Session} session
   * @param {number} at when the server told the time, by our clock
   */
  #take(token, session, at) {
    this.#offset = Date.parse(session.serverTime) - at;
    this.#checked = this.#now();
    this.#expires = Date.parse(session.expiresAt);
    this.#retry = this.#failures = 0;
    this.#refused = "";
    this.reached = true;
    this.failure = null;
    if (token !== this.#current || !this.taken) {
      // A fifth of its life before it ends, at most five minutes, and not all at the same moment.
      const early = Math.min(300, Math.max(10, this.left / SECOND / 5)) * SECOND;
      // Of one that is about to end half its time, so that nobody asks without pause.
      this.#due = Math.max(this.#expires - early * (1 + Math.random() / 2), this.#checked + this.left / 2 + SECOND);
      this.#announced = false;
      this.taken += 1;
      this.#live?.abort();
      this.#live = null;
    }
    this.#current = token;
    this.session = session;
    this.#connect();
  }

  /**
   * @param {Failure} failure
   * @param {string} token the one it is about
   */
  #fail(failure, token) {
    const wait = Math.max(failure.retryAfter * SECOND, Math.min(60, 2 ** this.#failures) * SECOND * (0.5 + Math.random() / 2));
    const refused = failure.ofToken && token === this.#current;
    // What time or another token can mend is tried again, ever more slowly.
    this.#retry = failure.passing || (this.source && failure.ofToken) ? this.#now() + wait : 0;
    if (refused && failure.code === "TOKEN_EXPIRED" && this.session && !this.#failures) {
      // The server's clock counts; what follows is the same as if ours had said so.
      this.#expires = Math.min(this.#expires, this.#now());
      this.#retry = 0;
      return;
    }
    this.#failures += 1;
    this.reached = !failure.passing;
    if (failure.code === "TOKEN_NOT_RENEWED" || failure.passing || (this.session && failure.ofToken && token !== this.#current)) {
      // The old token goes on as long as it may.
      this.#note(failure);
      return;
    }
    // The first refusal of a token is worth another one at once.
    if (refused && this.source && this.#refused !== token) this.#retry = this.#now();
    this.#end(failure);
  }

  /** The time is up. A source that has not failed yet is asked first: coming back from a night's sleep is no fault to tell of. */
  #lapse() {
    this.reached = false;
    if (this.source && !this.#failures) {
      this.#retry = 0;
      return;
    }
    if (!this.source) this.#retry = 0;
    const why = this.source && this.failure;
    this.#end(why && (why.passing || why.temporary) ? why : new Failure("TOKEN_EXPIRED"));
  }

  /** @param {Failure} failure */
  #end(failure) {
    this.session = null;
    // Where the token is at fault another one may do; a site that is not listed is not mended by any.
    this.#refused = failure.ofToken ? this.#current : "";
    this.#live?.abort();
    this.#live = null;
    this.#note(failure);
  }

  /** @param {Failure} failure */
  #note(failure) {
    // The same again is no news.
    if (this.failure?.code === failure.code && this.failure.message === failure.message) return;
    report(this.server, failure);
    this.failure = failure;
  }

  /** Listens for the end, as long as somebody looks. An addition: where it cannot be, the server is asked now and then. */
  async #connect() {
    if (this.#live || document.visibilityState === "hidden") return;
    if ([...pool].filter((one) => one.#live && one.server === this.server).length >= MOST_OPEN) {
      this.#retry ||= this.#after(STEADY);
      return;
    }
    const live = (this.#live = new AbortController());
    const [token, begun] = [this.#current, Date.now()];
    /** @type {Failure | null} */
    let told = null;
    try {
      await listen(this.server, token, live.signal);
    } catch (error) {
      told = failed(error, "SERVER_UNREACHABLE");
    }
    if (live.signal.aborted) return;
    this.#live = null;
    if (told && (told.ofToken || ENDING.includes(told.code))) {
      this.#fail(told, token);
    } else {
      // The server went away, or something in between did; where that happens again and again it is asked less often.
      this.#ended = Date.now() - begun > STEADY ? 0 : this.#ended + 1;
      this.#retry ||= this.#after(Math.min(60, 2 ** this.#ended) * SECOND * (0.5 + Math.random() / 2));
    }
    this.#look();
  }

  /** A moment to ask again, but no later than a new token is due. @param {number} wait */
  #after(wait) {
    const [now, at] = [this.#now(), this.#now() + wait];
    return now < this.#due ? Math.min(at, this.#due) : at;
  }
}

/** Codes besides those of the token that end a connection. */
const ENDING = ["ORIGIN_NOT_AUTHORIZED", "SANDBOX_TOKEN_ON_PRODUCTION_ORIGIN", "ORIGIN_MISSING"];

/** @type {[() => EventTarget, string][]} */
const WAKING = [
  [() => window, "online"],
  [() => window, "focus"],
  [() => window, "pageshow"],
  [() => document, "visibilitychange"],
];
