// The connection of one viewer. Elements share a connection when they have the same server, token
// and source. Every decision is made in `#look`, by the clock. The one timer calls it, and so does
// every event that may have changed something.
import { Failure, failed, report } from "../failure/failure";
import { listen } from "../server/live";
import { openSession, type Session } from "../server/session";
import { renew, type Source } from "../token/source";
import { backoff, JUMP, LOOK, MAX_OPEN, renewalDue, STEADY } from "./schedule";

/** An element that shows the connection. */
export interface Member {
  changed(): void;
  expiring(seconds: number): void;
}

const SECOND = 1_000;

const pool = new Set<Connection>();

export class Connection {
  declare readonly server: string;
  /** The token that the page set; empty where only the source has a token. */
  declare readonly given: string;
  declare source: Source;

  session: Session | null = null;
  /** Why there is no session, or why the present session could not be renewed. */
  failure: Failure | null = null;
  /** Whether the server answered the latest call. */
  reached = true;
  /** How many tokens the server accepted so far. */
  taken = 0;

  #members = new Set<Member>();
  #current: string;
  /** The call under way. */
  #flight: AbortController | null = null;
  /** The open live connection. */
  #live: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** Milliseconds that the server's clock is ahead of ours. */
  #offset = 0;
  // The moments below are milliseconds of the server's clock; 0 means never.
  #expires = 0;
  #due = 0;
  #retry = 0;
  #announced = false;
  /** The token that the server refused last. */
  #refused = "";
  #checked = 0;
  #tried = 0;
  #apart = 0;
  /** How many live connections in a row ended early. */
  #ended = 0;

  /**
   * Finds the connection for what an element was given, or makes one.
   * @param own the connection that the element had before
   */
  static of(server: string, token: string, source: Source, own: Connection | null, member: Member) {
    const fits = (one: Connection) =>
      one.server === server && one.given === token && one.source === source;
    for (const one of pool) if (fits(one)) return one;
    // A framework makes a new function each time it renders, so an element that shares its
    // connection with no other keeps it.
    const alike =
      own &&
      (own.source === source || (typeof own.source === "function" && typeof source === "function"));
    if (
      alike &&
      own.server === server &&
      own.given === token &&
      [...own.#members].every((other) => other === member)
    ) {
      own.source = source;
      return own;
    }
    return new Connection(server, token, source);
  }

  constructor(server: string, given: string, source: Source) {
    this.server = server;
    this.given = given;
    this.source = source;
    this.#current = given;
  }

  join(member: Member) {
    this.#members.add(member);
    if (this.#members.size > 1) return;
    pool.add(this);
    for (const [target, name] of WAKING) target().addEventListener(name, this.#wake);
    this.#apart = Date.now() - performance.now();
    this.#checked = 0;
    this.#wake();
  }

  leave(member: Member) {
    this.#members.delete(member);
    if (this.#members.size) return;
    pool.delete(this);
    for (const [target, name] of WAKING) target().removeEventListener(name, this.#wake);
    clearTimeout(this.#timer);
    this.#flight?.abort();
    this.#live?.abort();
    this.#flight = this.#live = null;
  }

  /** Milliseconds until the session ends, by the server's clock. */
  get left() {
    return this.#expires - this.#now();
  }

  /** Tries again at once, because the visitor asked for it. */
  again() {
    if (!this.#members.size) return;
    this.#retry = 0;
    this.#refused = "";
    this.#work(!this.session && Boolean(this.source) && Boolean(this.#current));
  }

  #now() {
    return Date.now() + this.#offset;
  }

  /**
   * Runs when the tab is visible again, the network is back or the machine is awake: the session
   * may have ended meanwhile.
   */
  #wake = () => {
    const jumped = this.#jumped();
    const hidden = document.visibilityState === "hidden";
    if (hidden) {
      this.#live?.abort();
      this.#live = null;
    }
    // A hidden page connects once, so that its code gets the first event.
    if (
      (hidden ? !this.#tried : !this.#live || jumped) &&
      Math.abs(this.#now() - this.#checked) > JUMP
    ) {
      // Browsers send several of these events together; one try is enough for all.
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

  /**
   * Decides by the clock: ends, announces, renews, tries again, and sets the one timer for the next
   * look.
   */
  #look = (jumped = this.#jumped()) => {
    clearTimeout(this.#timer);
    const now = this.#now();
    // After a jump only the server knows the time, so nothing else is decided before it answers.
    if (jumped) this.#work(false);
    else if (this.session && now >= this.#expires) this.#lapse();
    if (!jumped && this.session && now >= this.#due && !this.#announced) {
      this.#announced = true;
      this.#members.forEach((member) =>
        member.expiring(Math.max(0, Math.round(this.left / SECOND))),
      );
    }
    const over = this.#refused === this.#current || (this.taken > 0 && now >= this.#expires);
    const old = this.session ? now >= this.#due : over && this.#current !== "";
    if (!jumped && old && this.source && now >= this.#retry) this.#work(true);
    else if (this.#retry && now >= this.#retry) this.#work(false);
    this.#tell();
    const next = [
      this.#retry,
      this.session && !this.#announced ? this.#due : 0,
      this.session ? this.#expires : 0,
    ].filter((at) => at > now);
    if (this.#members.size)
      this.#timer = setTimeout(() => this.#look(), Math.min(LOOK, ...next.map((at) => at - now)));
  };

  #tell() {
    this.#members.forEach((member) => member.changed());
  }

  /**
   * Asks the server for the session. Only one call runs at a time.
   * @param fresh whether to ask the source for a new token first
   */
  async #work(fresh: boolean) {
    if (this.#flight) return;
    const flight = (this.#flight = new AbortController());
    this.#tried = this.#now();
    let token = this.#current;
    try {
      if ((fresh || !token) && this.source) token = await renew(this.source, token, flight.signal);
      if (!token) throw new Failure("TOKEN_MISSING");
      const sent = Date.now();
      const session = await openSession(this.server, token, flight.signal);
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
   * Asks whether the token that could not be renewed is still accepted, unless a live connection
   * would report its end.
   */
  async #still(signal: AbortSignal) {
    if (!this.session || this.#live) return;
    try {
      await openSession(this.server, this.#current, signal);
      this.#connect();
    } catch (error) {
      const refused = failed(error, "SERVER_UNREACHABLE");
      if (!signal.aborted && !refused.passing) this.#fail(refused, this.#current);
    }
  }

  /** @param at the moment of the server's answer, by our clock */
  #take(token: string, session: Session, at: number) {
    this.#offset = Date.parse(session.serverTime) - at;
    this.#checked = this.#now();
    this.#expires = Date.parse(session.expiresAt);
    this.#retry = this.#failures = 0;
    this.#refused = "";
    this.reached = true;
    this.failure = null;
    if (token !== this.#current || !this.taken) {
      this.#due = renewalDue(this.#expires, this.#checked);
      this.#announced = false;
      this.taken += 1;
      this.#live?.abort();
      this.#live = null;
    }
    this.#current = token;
    this.session = session;
    this.#connect();
  }

  /** @param token the token that the failure is about */
  #fail(failure: Failure, token: string) {
    const wait = Math.max(failure.retryAfter * SECOND, backoff(this.#failures));
    const refused = failure.ofToken && token === this.#current;
    // A failure that time or another token can end is tried again, each time later.
    this.#retry = failure.passing || (this.source && failure.ofToken) ? this.#now() + wait : 0;
    if (refused && failure.code === "TOKEN_EXPIRED" && this.session && !this.#failures) {
      // The server's clock counts, so this is the same as if ours had reached the end.
      this.#expires = Math.min(this.#expires, this.#now());
      this.#retry = 0;
      return;
    }
    this.#failures += 1;
    this.reached = !failure.passing;
    if (
      failure.code === "TOKEN_NOT_RENEWED" ||
      failure.passing ||
      (this.session && failure.ofToken && token !== this.#current)
    ) {
      // The old token stays in use until it ends.
      this.#note(failure);
      return;
    }
    // After its first refusal of a token, the source is asked for another one at once.
    if (refused && this.source && this.#refused !== token) this.#retry = this.#now();
    this.#end(failure);
  }

  /**
   * The token has ended. A source that has not failed yet is asked first, so that a laptop that
   * wakes up shows no error.
   */
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

  #end(failure: Failure) {
    this.session = null;
    // Another token may help where this one was refused, but not where the site is not authorized.
    this.#refused = failure.ofToken ? this.#current : "";
    this.#live?.abort();
    this.#live = null;
    this.#note(failure);
  }

  #note(failure: Failure) {
    // The same failure again is not reported.
    if (this.failure?.code === failure.code && this.failure.message === failure.message) return;
    report(this.server, failure);
    this.failure = failure;
  }

  /**
   * Opens the live connection that reports the end, while the page is visible. Where none can be
   * opened, the server is asked now and then instead.
   */
  async #connect() {
    if (this.#live || document.visibilityState === "hidden") return;
    if ([...pool].filter((one) => one.#live && one.server === this.server).length >= MAX_OPEN) {
      this.#retry ||= this.#after(STEADY);
      return;
    }
    const live = (this.#live = new AbortController());
    const [token, begun] = [this.#current, Date.now()];
    let told: Failure | null = null;
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
      // The server or a proxy closed the connection. Each time in a row that this happens early,
      // the wait doubles.
      this.#ended = Date.now() - begun > STEADY ? 0 : this.#ended + 1;
      this.#retry ||= this.#after(backoff(this.#ended));
    }
    this.#look();
  }

  /** The moment after this wait, but no later than a new token is due. */
  #after(wait: number) {
    const [now, at] = [this.#now(), this.#now() + wait];
    return now < this.#due ? Math.min(at, this.#due) : at;
  }
}

/** Codes, besides those of tokens, that end a live connection for good. */
const ENDING = ["ORIGIN_NOT_AUTHORIZED", "SANDBOX_TOKEN_ON_PRODUCTION_ORIGIN", "ORIGIN_MISSING"];

/** The events after which the session may have ended unnoticed. */
const WAKING: [() => EventTarget, string][] = [
  [() => window, "online"],
  [() => window, "focus"],
  [() => window, "pageshow"],
  [() => document, "visibilitychange"],
];
