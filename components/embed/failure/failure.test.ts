import { expect, test, vi } from "vitest";
import { Failure, failed, report } from "./failure";

const ENDED = "This view has ended. Reload the page or sign in again.";
const NOT_SHOWN = "This content cannot be shown. Tell whoever runs this site.";
const NOT_HERE = "This content is not available on this site.";
const NO_ACCESS = "You have no access to this content.";
const UNREACHABLE = "This content cannot be reached right now.";

test.each([
  ["TOKEN_EXPIRED", ENDED, true],
  ["TOKEN_REVOKED", ENDED, true],
  ["TOKEN_NOT_RENEWED", ENDED, true],
  ["TOKEN_MISSING", NOT_SHOWN, false],
  ["ORIGIN_NOT_AUTHORIZED", NOT_HERE, false],
  ["PERMISSION_MISSING", NO_ACCESS, false],
  ["INTERNAL", UNREACHABLE, true],
  ["SERVER_UNREACHABLE", UNREACHABLE, true],
  ["A_CODE_OF_A_LATER_SERVER", NOT_SHOWN, false],
])("%s tells the visitor one sentence", (code, sentence, again) => {
  expect(new Failure(code).said).toEqual([sentence, again]);
});

test("a temporary failure can be tried again, whatever its code says", () => {
  const failure = Object.assign(new Failure("TOKEN_MISSING"), { temporary: true });
  expect(failure.said).toEqual([UNREACHABLE, true]);
});

test.each([
  ["TOO_MANY_REQUESTS", true, false],
  ["UNAVAILABLE", true, false],
  ["TOKEN_EXPIRED", false, true],
  ["ORIGIN_NOT_AUTHORIZED", false, false],
])("%s: time may help %s, another token %s", (code, passing, ofToken) => {
  const failure = new Failure(code);
  expect([failure.passing, failure.ofToken]).toEqual([passing, ofToken]);
});

test("the registry's message and fix fill in for a code alone", () => {
  const failure = new Failure("TOKEN_EXPIRED");
  expect(failure.message).toBe("This token has expired.");
  expect(failure.fix).toBe("Have your backend generate a new token before the old one ends.");
});

test("a specific message comes without the general fix", () => {
  const failure = new Failure("TOKEN_EXPIRED", "This token expired at noon.");
  expect([failure.message, failure.fix]).toEqual(["This token expired at noon.", ""]);
});

test("a failure that was thrown stays as it is", () => {
  const failure = new Failure("INTERNAL");
  expect(failed(failure, "TOKEN_MISSING")).toBe(failure);
});

test.each([
  [new Error("the backend is down"), "fetchToken failed: the backend is down."],
  ["a text", "fetchToken failed: a text."],
])("anything else that was thrown becomes a failure", (thrown, message) => {
  const failure = failed(thrown, "TOKEN_MISSING", "fetchToken failed");
  expect([failure.code, failure.message]).toEqual(["TOKEN_MISSING", message]);
});

test("the developer reads code, message, fix, request id and a link", () => {
  const error = vi.spyOn(console, "error").mockReturnValue();
  report("https://perch.test", new Failure("SERVER_UNREACHABLE"));
  report("https://perch.test", new Failure("INTERNAL", "Something broke.", "0192-req"));
  expect(error.mock.calls).toEqual([
    [
      "Perch: SERVER_UNREACHABLE. The server cannot be reached. Check the network, the server-url attribute, " +
        "and connect-src in the page's Content-Security-Policy. https://perch.test/docs/errors#SERVER_UNREACHABLE",
    ],
    [
      "Perch: INTERNAL. Something broke. Request id 0192-req. https://perch.test/docs/errors#INTERNAL",
    ],
  ]);
});
