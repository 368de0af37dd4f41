import { afterEach, expect, test, vi } from "vitest";
import type { Failure } from "../failure/failure";
import { openSession } from "./session";

const never = new AbortController().signal;

afterEach(() => {
  vi.useRealTimers();
});

function answering(answer: () => Response | Promise<Response>) {
  const fetch = vi.fn(async (_: string, _init: RequestInit) => answer());
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

async function failure() {
  const { code, message, requestId, retryAfter }: Failure = await openSession(
    "https://perch.test",
    "token",
    never,
  ).then(
    () => expect.unreachable("a session"),
    (error) => error,
  );
  return { code, message, requestId, retryAfter };
}

test("the token is sent without cookies and outside every cache", async () => {
  const fetch = answering(() => Response.json({ sandbox: true }));
  expect(await openSession("https://perch.test", "token", never)).toEqual({ sandbox: true });
  expect(fetch).toHaveBeenCalledExactlyOnceWith(
    "https://perch.test/embed/session",
    expect.objectContaining({
      method: "POST",
      headers: { authorization: "Bearer token" },
      credentials: "omit",
      cache: "no-store",
    }),
  );
});

test("a refusal brings its code, message, request id and wait", async () => {
  const headers = { "x-request-id": "0192-req", "retry-after": "7" };
  const body = { code: "TOO_MANY_REQUESTS", message: "Too many." };
  answering(() => new Response(JSON.stringify(body), { status: 429, headers }));
  expect(await failure()).toEqual({ ...body, requestId: "0192-req", retryAfter: 7 });
});

test.each([
  ["a page", "<h1>Bad Gateway</h1>"],
  ["null", "null"],
  ["a code of something else", '{"code":502,"message":"Bad Gateway"}'],
])("%s from a proxy is no refusal of the server", async (_, body) => {
  answering(() => new Response(body, { status: 502 }));
  expect(await failure()).toMatchObject({
    code: "SERVER_UNREACHABLE",
    message: "The server answered 502.",
  });
});

test("a session that is not JSON did not come from the server", async () => {
  answering(() => new Response("<h1>Welcome to this network</h1>"));
  expect(await failure()).toMatchObject({ code: "SERVER_UNREACHABLE" });
});

test("a network that fails is told as such", async () => {
  answering(() => Promise.reject(new TypeError("Failed to fetch")));
  expect(await failure()).toMatchObject({
    code: "SERVER_UNREACHABLE",
    message: "The server cannot be reached.",
  });
});

test("a page without an origin learns why no call can succeed", async () => {
  answering(() => Promise.reject(new TypeError("Failed to fetch")));
  vi.stubGlobal("self", { origin: "null" });
  expect(await failure()).toMatchObject({ code: "ORIGIN_NOT_AUTHORIZED" });
});

test("the server has fifteen seconds, then the call is ended", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const fetch = answering(() => new Promise(() => {}));
  const told = failure();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await told).toMatchObject({ code: "SERVER_UNREACHABLE" });
  expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true);
});
