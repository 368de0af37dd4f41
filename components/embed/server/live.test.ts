import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen } from "./live";

let stream: ReadableStreamDefaultController<Uint8Array>;
let cancelled = false;
let flight = new AbortController();

beforeEach(() => {
  cancelled = false;
  flight = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      stream = controller;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  vi.stubGlobal("fetch", async () => ({ ok: true, body }));
});

afterEach(() => {
  vi.useRealTimers();
});

const send = (text: string) => stream.enqueue(new TextEncoder().encode(text));
const listening = () => listen("https://perch.test", "token", flight.signal);

test("a refusal ends the connection with its code", async () => {
  const ended = listening();
  send(": hello\n\n");
  send(
    'event: refused\ndata: {"code":"TOKEN_REVOKED","message":"Revoked.","requestId":"0192"}\n\n',
  );
  await expect(ended).rejects.toMatchObject({
    code: "TOKEN_REVOKED",
    message: "Revoked.",
    requestId: "0192",
  });
});

test("a refusal may arrive in pieces", async () => {
  const ended = listening();
  const text = ':\n\nevent: refused\ndata: {"code":"TOKEN_REVOKED","message":"Zurückgezogen."}\n\n';
  for (const byte of new TextEncoder().encode(text)) stream.enqueue(Uint8Array.of(byte));
  await expect(ended).rejects.toMatchObject({ message: "Zurückgezogen." });
});

test("a connection that the server closes ends without a refusal", async () => {
  const ended = listening();
  send(":\n\n");
  stream.close();
  await expect(ended).resolves.toBeUndefined();
});

test("fifty seconds of silence end the connection", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const over = vi.fn();
  const ended = listening().then(over);
  await vi.advanceTimersByTimeAsync(49_000);
  send(":\n\n");
  await vi.advanceTimersByTimeAsync(49_999);
  expect(over).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(cancelled).toBe(true);
});
