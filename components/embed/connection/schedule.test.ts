import { beforeEach, expect, test, vi } from "vitest";
import { backoff, renewalDue } from "./schedule";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const NOW = Date.UTC(2026, 0, 1);

let chance = 0;
beforeEach(() => {
  vi.spyOn(Math, "random").mockImplementation(() => chance);
});

test.each([
  ["an hour", 60 * MINUTE, 55 * MINUTE, 52.5 * MINUTE],
  ["ten minutes", 10 * MINUTE, 8 * MINUTE, 7 * MINUTE],
  ["a minute", MINUTE, 48 * SECOND, 42 * SECOND],
  ["twenty seconds", 20 * SECOND, 11 * SECOND, 11 * SECOND],
])("a token of %s is renewed before it ends", (_, life, latest, earliest) => {
  chance = 0;
  expect(renewalDue(NOW + life, NOW) - NOW).toBe(latest);
  chance = 1;
  expect(renewalDue(NOW + life, NOW) - NOW).toBe(earliest);
});

test("the wait doubles with each failure, up to a minute", () => {
  chance = 1;
  expect([0, 1, 2, 5, 6, 50].map(backoff)).toEqual([1, 2, 4, 32, 60, 60].map((s) => s * SECOND));
});

test("pages wait differently long, at least half the time", () => {
  chance = 0;
  expect([0, 1, 2, 50].map(backoff)).toEqual([0.5, 1, 2, 30].map((s) => s * SECOND));
});
