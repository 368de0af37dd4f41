import { expect, test } from "vitest";
import { base } from "./address";

test.each([
  ["https://perch.test", "https://perch.test"],
  [" https://perch.test/ ", "https://perch.test"],
  ["https://perch.test/api", "https://perch.test"],
  ["https://perch.test/api//", "https://perch.test"],
  ["https://customer.test/perch/", "https://customer.test/perch"],
])("%s", (given, address) => {
  expect(base(given)).toBe(address);
});

test.each([null, "", "  "])("without server-url (%j) it is where the script came from", (given) => {
  const [origin] = import.meta.url.split("/embed/");
  expect(base(given)).toBe(origin);
});
