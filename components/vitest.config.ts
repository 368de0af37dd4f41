// Unit tests of the components, in Node with a DOM of happy-dom. Browser behaviour is tested in
// end2end.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "happy-dom",
    include: ["**/*.test.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
