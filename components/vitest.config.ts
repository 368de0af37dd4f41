// Unit tests of the components, in Node with a DOM of happy-dom. Browser behaviour is tested in
// end2end.
import { defineConfig } from "vitest/config";

export default defineConfig({
  cacheDir: "../node_modules/.vite",
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "https://customer.test/page" } },
    include: ["**/*.test.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
