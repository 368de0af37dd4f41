import { afterEach, expect, test, vi } from "vitest";
import type { Failure } from "../failure/failure";
import { renew, type Source } from "./source";

const never = new AbortController().signal;

afterEach(() => {
  vi.useRealTimers();
});

/** Renews and returns the failure as data. */
async function failureOf(source: Exclude<Source, null>, old = "") {
  const failure: Failure = await renew(source, old, never).then(
    (token) => expect.unreachable(`a token: ${token}`),
    (error) => error,
  );
  return { code: failure.code, message: failure.message, temporary: failure.temporary };
}

function answering(body: unknown, status = 200) {
  const fetch = vi.fn(
    async (_: URL, _init: RequestInit) => new Response(JSON.stringify(body), { status }),
  );
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

test("a function may return a token or promise one", async () => {
  expect(await renew(() => "token", "", never)).toBe("token");
  expect(await renew(async () => " token\n", "old", never)).toBe("token");
});

test("an endpoint gets a POST and answers with a token", async () => {
  const fetch = answering({ token: "token" });
  expect(await renew("/token", "", never)).toBe("token");
  expect(String(fetch.mock.calls[0]?.[0])).toBe("https://customer.test/token");
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({ method: "POST" });
});

test.each([
  ["undefined", undefined],
  ["an empty text", "  "],
  ["an object", { token: "token" }],
])("a function that returns %s delivers no token", async (_, returned) => {
  expect(await failureOf(() => returned as string)).toEqual({
    code: "TOKEN_MISSING",
    message: "fetchToken delivered no token.",
    temporary: false,
  });
});

test("an endpoint that answers without a token delivers none", async () => {
  answering({ jwt: "token" });
  expect(await failureOf("/token", "old")).toEqual({
    code: "TOKEN_NOT_RENEWED",
    message: "token-endpoint delivered no token.",
    temporary: false,
  });
});

test("the same token again is not a new one", async () => {
  expect(await failureOf(() => " old ", "old")).toEqual({
    code: "TOKEN_NOT_RENEWED",
    message: "The page handed over the same token again.",
    temporary: false,
  });
});

test("a function that throws may work later", async () => {
  const source = () => {
    throw new Error("signed out");
  };
  expect(await failureOf(source)).toEqual({
    code: "TOKEN_MISSING",
    message: "fetchToken failed: signed out.",
    temporary: true,
  });
});

test("an endpoint that answers with an error may work later", async () => {
  answering({}, 503);
  expect(await failureOf("/token", "old")).toEqual({
    code: "TOKEN_NOT_RENEWED",
    message: "token-endpoint failed: it answered 503.",
    temporary: true,
  });
});

test("an endpoint of another origin is not called", async () => {
  const fetch = answering({ token: "token" });
  const { message } = await failureOf("https://elsewhere.test/token");
  expect(message).toBe("token-endpoint failed: it must be an address of the page's own origin.");
  expect(fetch).not.toHaveBeenCalled();
});

test("a source has fifteen seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const failure = failureOf(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(15_000);
  expect((await failure).message).toBe("fetchToken failed: no answer in time.");
});

test("an element that left the page ends the wait without a failure of its own", async () => {
  const flight = new AbortController();
  const token = renew(() => new Promise(() => {}), "", flight.signal);
  flight.abort(new Error("left"));
  await expect(token).rejects.toThrow("left");
});
