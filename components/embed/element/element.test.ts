import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeServer, START } from "../testing/fake-server";
import "../embed";
import type { Embed } from "./element";

const SECOND = 1_000;
const ADDRESS = "https://perch.test";

let server: FakeServer;
let events: [string, unknown][];

beforeEach(() => {
  vi.useFakeTimers({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
  server = new FakeServer();
  events = [];
  for (const name of ["tc-ready", "tc-error", "tc-viewer-changed", "tc-token-refreshed"]) {
    document.body.addEventListener(name, record);
  }
});

afterEach(async () => {
  document.body.replaceChildren();
  await pass(0);
  vi.useRealTimers();
});

const record = (event: Event) => events.push([event.type, (event as CustomEvent).detail]);
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

async function place(attributes: Record<string, string>, name = "tc-dashboard") {
  const element = document.createElement(name) as Embed;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  document.body.append(element);
  await pass(0);
  return element;
}

/** What the visitor sees: the texts of the parts that are not hidden. */
function seen(element: Embed) {
  const parts = [...(element.shadowRoot?.querySelectorAll<HTMLElement>("[part]") ?? [])];
  const shown = parts.filter((part) => !part.hidden && part.getAttribute("part") !== "frame");
  return Object.fromEntries(shown.map((part) => [part.getAttribute("part"), part.textContent]));
}

test("an element reads its token once and removes it from the page", async () => {
  const element = await place({ "auth-token": " given\n", "server-url": ADDRESS });
  expect(element.hasAttribute("auth-token")).toBe(false);
  expect(server.calls[0]).toBe("session given");
  expect(events).toEqual([["tc-ready", { expiresAt: new Date(START + 600_000).toISOString() }]]);
});

test("an element shows what its token grants", async () => {
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  expect(seen(element)).toEqual({
    title: "Dashboard",
    status: "Connected",
    facts: "OrganizationAcmeVieweradaAlloweddashboards: viewTime left10 minutes",
  });
});

test("an element without the permission it needs says so", async () => {
  const element = await place({ "auth-token": "given", "server-url": ADDRESS }, "tc-ai-assistant");
  expect(seen(element)).toMatchObject({
    title: "AI assistant",
    note: "This view needs a permission that was not granted.",
  });
  expect(console.warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining("<tc-ai-assistant> needs ai: can_query"),
  );
});

test("fetchToken goes before token-endpoint", async () => {
  const element = document.createElement("tc-dashboard") as Embed;
  element.setAttribute("server-url", ADDRESS);
  element.setAttribute("token-endpoint", "/token");
  element.fetchToken = async () => "fetched";
  document.body.append(element);
  await pass(0);
  expect(server.calls[0]).toBe("session fetched");
});

test("a fetchToken that is no function counts as none", async () => {
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  element.fetchToken = "token";
  expect(element.fetchToken).toBeNull();
});

test("a fetchToken that was set before the script ran is used", async () => {
  const element = document.createElement("tc-dashboard") as Embed;
  Object.defineProperty(element, "fetchToken", { value: () => "early", configurable: true });
  element.setAttribute("server-url", ADDRESS);
  document.body.append(element);
  await pass(0);
  expect(server.calls[0]).toBe("session early");
  expect(Object.hasOwn(element, "fetchToken")).toBe(false);
});

test("a page has three seconds to set a token or a source", async () => {
  const element = await place({ "server-url": ADDRESS });
  await pass(2_999);
  expect(seen(element)).toMatchObject({ status: "Connecting…" });
  await pass(1);
  expect(seen(element)).toEqual({
    title: "Dashboard",
    status: "This content cannot be shown. Tell whoever runs this site.",
    reference: "Reference: TOKEN_MISSING",
  });
  expect(events).toEqual([["tc-error", expect.objectContaining({ code: "TOKEN_MISSING" })]]);
});

test("a page that sets a token in time is not told of a mistake", async () => {
  const element = await place({ "server-url": ADDRESS });
  await pass(2 * SECOND);
  element.setAttribute("auth-token", "given");
  await pass(5 * SECOND);
  expect(events.map(([name]) => name)).toEqual(["tc-ready"]);
});

test("a token that was taken away again is a viewer who signed out", async () => {
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  element.setAttribute("auth-token", "");
  await pass(60 * SECOND);
  expect(seen(element)).toEqual({ title: "Dashboard", status: "Not connected." });
  expect(events.map(([name]) => name)).toEqual(["tc-ready"]);
});

test.each(["perch.test", "ftp://perch.test", "https://", "javascript:alert(1)"])(
  "server-url=%j is refused without a call",
  async (address) => {
    await place({ "auth-token": "given", "server-url": address });
    expect(events).toEqual([["tc-error", expect.objectContaining({ code: "SERVER_UNREACHABLE" })]]);
    expect(server.calls).toEqual([]);
  },
);

test("a failure that a visitor can do something about offers another try", async () => {
  server.reachable = false;
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  expect(seen(element)).toEqual({
    title: "Dashboard",
    status: "This content cannot be reached right now.",
    reference: "Reference: SERVER_UNREACHABLE",
    retry: "Try again",
  });
  server.reachable = true;
  element.shadowRoot?.querySelector("button")?.click();
  await pass(0);
  expect(seen(element)).toMatchObject({ status: "Connected" });
});

test("a failure that only an admin can end offers none", async () => {
  server.refusal = { code: "ORIGIN_NOT_AUTHORIZED" };
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  expect(seen(element)).toEqual({
    title: "Dashboard",
    status: "This content is not available on this site.",
    reference: "Reference: ORIGIN_NOT_AUTHORIZED",
  });
});

test("a token that ended leaves nothing of the viewer behind", async () => {
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  server.end("given", "TOKEN_REVOKED");
  await pass(0);
  expect(seen(element)).toEqual({
    title: "Dashboard",
    status: "This view has ended. Reload the page or sign in again.",
    reference: "Reference: 0192-live",
  });
  expect(element.shadowRoot?.textContent).not.toContain("ada");
});

test("an element that a framework moves keeps its connection", async () => {
  const element = await place({ "auth-token": "given", "server-url": ADDRESS });
  const elsewhere = document.body.appendChild(document.createElement("div"));
  elsewhere.append(element);
  await pass(0);
  expect(server.calls).toEqual(["session given", "live given"]);
  element.remove();
  await pass(0);
  expect(server.live).toEqual([]);
});
