import { defineConfig } from "@playwright/test";

// Chromium comes from the system (CHROMIUM), the server from this build (PERCH_BINARY); cargo xtask test sets both.
export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  snapshotPathTemplate: "{testDir}/aria/{arg}{ext}",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  // Allows for a slow machine. No test asserts how long something takes.
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run",
        // Host names of customers' sites; all of them resolve to this machine.
        "--host-resolver-rules=MAP *.test 127.0.0.1",
      ],
    },
    viewport: { width: 1280, height: 900 },
  },
});
