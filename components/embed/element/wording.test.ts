import { expect, test } from "vitest";
import { granted, timeLeft } from "./wording";

const MINUTE = 60_000;

test.each([
  [-MINUTE, "under a minute"],
  [29_999, "under a minute"],
  [30_000, "1 minute"],
  [119 * MINUTE, "119 minutes"],
  [120 * MINUTE, "2 hours"],
  [179 * MINUTE, "2 hours"],
])("%d ms are %s", (milliseconds, words) => {
  expect(timeLeft(milliseconds)).toBe(words);
});

test.each([
  [{}, "none"],
  [{ dashboard: [] }, "none"],
  [{ dashboard: ["can_view", "can_edit"] }, "dashboards: view, edit"],
  [{ ai: ["can_query"], chart: ["can_view"] }, "charts: view; AI assistant: ask"],
  [{ dashboard: ["can_share"] }, "dashboards: can_share"],
  [{ something_later: ["can_view"] }, "none"],
])("%j is worded as %s", (permissions, words) => {
  expect(granted(permissions)).toBe(words);
});
