import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Source } from "../token/source";
import { Connection, type Member } from "./connection";
import { FakeServer, START } from "../testing/fake-server";

const SECOND = 1_000;
const ADDRESS = "https://perch.test";

let server: FakeServer;
let visibility: DocumentVisibilityState;
let joined: [Connection, Member][];

beforeEach(() => {
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.spyOn(console, "error").mockReturnValue();
  visibility = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
  server = new FakeServer();
  joined = [];
});

afterEach(() => {
  for (const [connection, member] of joined) connection.leave(member);
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const sessions = () => server.calls.filter((call) => call.startsWith("session"));
const reports = () =>
  vi.mocked(console.error).mock.calls.map(([text]) => String(text).split(".")[0]);

function element() {
  return { changed: vi.fn<() => void>(), expiring: vi.fn<(seconds: number) => void>() };
}

async function join(token: string, source: Source = null, own: Connection | null = null) {
  const member = element();
  const connection = Connection.of(ADDRESS, token, source, own, member);
  joined.push([connection, member]);
  connection.join(member);
  await pass(0);
  return { connection, member };
}

/** A source that counts its tokens, and can be told to fail. */
function tokens() {
  let count = 0;
  return vi.fn(async () => `token-${++count}`);
}

function show(state: DocumentVisibilityState) {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

test("a given token opens a session and a live connection", async () => {
  const { connection, member } = await join("given");
  expect(connection.session?.user.distinctId).toBe("ada");
  expect([connection.failure, connection.reached, connection.taken]).toEqual([null, true, 1]);
  expect(connection.left).toBe(600 * SECOND);
  expect(member.changed).toHaveBeenCalled();
  expect(server.calls).toEqual(["session given", "live given"]);
});

test("without a given token the source is asked first", async () => {
  const source = tokens();
  await join("", source);
  expect(source).toHaveBeenCalledOnce();
  expect(sessions()).toEqual(["session token-1"]);
});

test("without a token there is nothing to ask the server for", async () => {
  const { connection } = await join("", () => "");
  expect(connection.failure).toMatchObject({ code: "TOKEN_MISSING" });
  expect(server.calls).toEqual([]);
});

test("a token without a source is announced before it ends, once, and then ends", async () => {
  const { connection, member } = await join("given");
  await pass(479 * SECOND);
  expect(member.expiring).not.toHaveBeenCalled();
  await pass(SECOND);
  expect(member.expiring).toHaveBeenCalledExactlyOnceWith(120);
  await pass(119 * SECOND);
  expect(connection.session).not.toBeNull();
  await pass(SECOND);
  expect(connection.session).toBeNull();
  expect(connection.failure).toMatchObject({ code: "TOKEN_EXPIRED" });
  expect(member.expiring).toHaveBeenCalledOnce();
  await pass(3_600 * SECOND);
  expect(sessions()).toEqual(["session given"]);
});

test("a token with a source is renewed before it ends", async () => {
  const source = tokens();
  const { connection } = await join("given", source);
  await pass(479 * SECOND);
  expect(source).not.toHaveBeenCalled();
  await pass(SECOND);
  expect(source).toHaveBeenCalledOnce();
  expect(sessions()).toEqual(["session given", "session token-1"]);
  expect([connection.taken, connection.left, connection.failure]).toEqual([2, 600 * SECOND, null]);
  expect(server.live).toEqual(["token-1"]);
  await pass(480 * SECOND);
  expect(sessions()).toEqual(["session given", "session token-1", "session token-2"]);
});

test.each([-3_600, 3_600])("a page whose clock is %d s off ends by the server's", async (off) => {
  vi.setSystemTime(server.now + off * SECOND);
  const { connection } = await join("given");
  expect(connection.left).toBe(600 * SECOND);
  await pass(599 * SECOND);
  expect(connection.session).not.toBeNull();
  await pass(SECOND);
  expect(connection.failure).toMatchObject({ code: "TOKEN_EXPIRED" });
});

test("after the page's clock was moved, the server is asked before anything is decided", async () => {
  const { connection } = await join("given");
  vi.setSystemTime(Date.now() + 3_600 * SECOND);
  await pass(30 * SECOND);
  expect(sessions()).toEqual(["session given", "session given"]);
  expect(connection.session).not.toBeNull();
  expect(connection.left).toBe(570 * SECOND);
});

test("a source that hands over the same token again does not end the session", async () => {
  const { connection } = await join("given", () => "given");
  await pass(485 * SECOND);
  expect(connection.failure).toMatchObject({ code: "TOKEN_NOT_RENEWED" });
  expect(connection.session).not.toBeNull();
  await pass(114 * SECOND);
  expect(connection.session).not.toBeNull();
  expect(reports()).toEqual(["Perch: TOKEN_NOT_RENEWED"]);
  await pass(SECOND);
  expect(connection.session).toBeNull();
  expect(connection.failure).toMatchObject({ code: "TOKEN_EXPIRED" });
});

test("a source that fails is asked again later, each time after a longer wait", async () => {
  const source = vi.fn(() => Promise.reject(new Error("down")));
  const { connection } = await join("", source);
  expect(connection.failure).toMatchObject({ code: "TOKEN_MISSING", temporary: true });
  const asked = [0];
  for (let half = 1; half <= 15; half += 1) {
    const before = source.mock.calls.length;
    await pass(SECOND / 2);
    if (source.mock.calls.length > before) asked.push(half / 2);
  }
  expect(asked).toEqual([0, 0.5, 1.5, 3.5, 7.5]);
  expect(reports()).toEqual(["Perch: TOKEN_MISSING"]);
});

test("a server that cannot be reached is asked again until it answers", async () => {
  server.reachable = false;
  const { connection } = await join("given");
  expect([connection.failure?.code, connection.reached]).toEqual(["SERVER_UNREACHABLE", false]);
  await pass(2 * SECOND);
  expect(sessions()).toHaveLength(3);
  server.reachable = true;
  await pass(2 * SECOND);
  expect([connection.failure, connection.reached]).toEqual([null, true]);
  expect(connection.session).not.toBeNull();
});

test("only one call is under way at a time", async () => {
  server.delay = 3 * SECOND;
  const { connection } = await join("given");
  await pass(2 * SECOND);
  for (const name of ["focus", "online", "pageshow"]) window.dispatchEvent(new Event(name));
  connection.again();
  await pass(SECOND);
  expect(sessions()).toEqual(["session given"]);
});

test("the server's own wait counts where it is longer", async () => {
  server.refusal = { code: "TOO_MANY_REQUESTS", retryAfter: 7 };
  await join("given");
  await pass(6_999);
  expect(sessions()).toHaveLength(1);
  await pass(1);
  expect(sessions()).toHaveLength(2);
});

test("a site that is not authorized is not tried again", async () => {
  server.refusal = { code: "ORIGIN_NOT_AUTHORIZED" };
  const source = tokens();
  const { connection } = await join("given", source);
  await pass(3_600 * SECOND);
  expect(connection.failure).toMatchObject({ code: "ORIGIN_NOT_AUTHORIZED" });
  expect(sessions()).toHaveLength(1);
  expect(source).not.toHaveBeenCalled();
});

test("somebody may try again at once", async () => {
  server.refusal = { code: "ORIGIN_NOT_AUTHORIZED" };
  const { connection } = await join("given");
  server.refusal = null;
  connection.again();
  await pass(0);
  expect(connection.session).not.toBeNull();
});

test("a revoked token ends the session", async () => {
  const { connection } = await join("given");
  server.end("given", "TOKEN_REVOKED");
  await pass(0);
  expect(connection.session).toBeNull();
  expect(connection.failure).toMatchObject({ code: "TOKEN_REVOKED", requestId: "0192-live" });
  await pass(60 * SECOND);
  expect(sessions()).toEqual(["session given"]);
});

test("a revoked token is replaced at once where there is a source", async () => {
  const { connection } = await join("given", tokens());
  server.end("given", "TOKEN_REVOKED");
  await pass(0);
  expect(sessions()).toEqual(["session given", "session token-1"]);
  expect([connection.failure, connection.taken]).toEqual([null, 2]);
});

test("elements share a connection where server, token and source are the same", async () => {
  const source = tokens();
  const { connection } = await join("given", source);
  const other = element();
  const found = (server: string, token: string, from: Source) =>
    Connection.of(server, token, from, null, other) === connection;
  expect(found(ADDRESS, "given", source)).toBe(true);
  expect(found("https://other.test", "given", source)).toBe(false);
  expect(found(ADDRESS, "other", source)).toBe(false);
  expect(found(ADDRESS, "given", tokens())).toBe(false);
  expect(found(ADDRESS, "given", "/token")).toBe(false);
  await join("given", source);
  expect(sessions()).toEqual(["session given"]);
});

test("an element alone keeps its connection when a framework makes a new function", async () => {
  const { connection, member } = await join("given", tokens());
  const again = tokens();
  expect(Connection.of(ADDRESS, "given", again, connection, member)).toBe(connection);
  expect(connection.source).toBe(again);
});

test("an element that shares its connection leaves it for another function", async () => {
  const source = tokens();
  const { connection, member } = await join("given", source);
  await join("given", source);
  expect(Connection.of(ADDRESS, "given", tokens(), connection, member)).not.toBe(connection);
  expect(connection.source).toBe(source);
});

test("a page keeps two live connections open, and asks now and then for the rest", async () => {
  for (const token of ["one", "two", "three"]) await join(token);
  expect(server.live).toEqual(["one", "two"]);
  await pass(30 * SECOND);
  expect(sessions()).toEqual(["session one", "session two", "session three", "session three"]);
});

test("a hidden page closes its live connection and opens it again when it is visible", async () => {
  await join("given");
  show("hidden");
  await pass(0);
  expect(server.live).toEqual([]);
  show("visible");
  await pass(0);
  expect(server.live).toEqual(["given"]);
});

test("a page that was hidden for long asks the server when it is visible again", async () => {
  await join("given");
  show("hidden");
  await pass(60 * SECOND);
  expect(sessions()).toHaveLength(1);
  show("visible");
  window.dispatchEvent(new Event("focus"));
  await pass(SECOND);
  expect(sessions()).toHaveLength(2);
});

test("a page that is hidden from the start connects once", async () => {
  visibility = "hidden";
  const { connection } = await join("given");
  expect(connection.session).not.toBeNull();
  await pass(120 * SECOND);
  expect(server.calls).toEqual(["session given"]);
});

test("after the last element left, nothing goes on", async () => {
  const source = tokens();
  const { connection, member } = await join("given", source);
  const { member: other } = await join("given", source);
  connection.leave(member);
  expect(server.live).toEqual(["given"]);
  // A moment before the token would be renewed.
  await pass(479 * SECOND);
  connection.leave(other);
  expect(server.live).toEqual([]);
  const before = [...server.calls];
  document.dispatchEvent(new Event("visibilitychange"));
  await pass(3_600 * SECOND);
  expect(server.calls).toEqual(before);
  expect(source).not.toHaveBeenCalled();
});
