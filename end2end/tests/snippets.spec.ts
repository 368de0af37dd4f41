// The snippets as the console shows them, filled in: every backend program runs against the server, every page is built and
// opened on an origin of its own. C# is shown but not run: its tools cannot be installed where these tests run.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "vite";
import vue from "@vitejs/plugin-vue";
import { alive, expect, test } from "../support/console.ts";
import type { Server } from "../support/server.ts";

// Characters that end a raw text in one language or another.
const viewer = `o'Hara "#1" \`\${x}\` \\ """ é🦜 Auth-Token tc-dashboard`;

/** The text of a snippet as its Copy button would take it, with a token made and a viewer filled in. */
async function shown(page: Page, file: string): Promise<string> {
  return (await page.locator(`#snippet-${file.replace(".", "-")}-text`).textContent())!;
}

async function fill(page: Page, server: Server): Promise<string> {
  // A whole number that a double cannot hold.
  server.command(["attribute", "add", "tenant", "Integer"]);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByLabel("distinctId").fill(viewer);
  await sandbox.getByLabel("tenant").fill("9007199254740993");
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  return sandbox.getByRole("textbox", { name: "Token", exact: true }).inputValue();
}

/** Runs a program and returns what it printed; what it complained about fails the test. */
async function run(command: string, parts: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(command, parts, { env: { ...process.env, ...env } });
  const chunks = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (chunks.out += chunk));
  child.stderr.on("data", (chunk) => (chunks.err += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code, `${command}: ${chunks.err}${chunks.out}`).toBe(0);
  return chunks.out.trim();
}

const backends: Record<string, (file: string, folder: string) => [string, string[]]> = {
  "curl.sh": (file) => ["bash", [file]],
  "node.mjs": (file) => ["node", [file]],
  "python.py": (file) => [process.env.PYTHON ?? "python3", [file]],
  "go.go": (file) => ["go", ["run", file]],
  "php.php": (file) => ["php", [file]],
  "java.java": (file) => ["java", [file]],
  "rust.rs": (file, folder) => {
    cpSync("end2end/support/rust", folder, { recursive: true });
    mkdirSync(join(folder, "src"));
    cpSync(file, join(folder, "src/main.rs"));
    return ["cargo", ["run", "--quiet", "--locked", "--manifest-path", join(folder, "Cargo.toml"), "--target-dir", "target/snippets"]];
  },
};

for (const [name, command] of Object.entries(backends)) {
  test(`backend: ${name}`, async ({ admin: page, server }, info) => {
    const { key } = server.command(["key", "create", "--name", name]);
    await fill(page, server);
    const file = info.outputPath(name);
    writeFileSync(file, await shown(page, name));
    const printed = await run(...command(file, info.outputPath("")), { PERCH_API_KEY: key, GOCACHE: info.outputPath("go-cache"), GOFLAGS: "-mod=mod" });
    // curl prints the whole answer, the others the token.
    const token = name === "curl.sh" ? JSON.parse(printed).token : printed;
    const answer = await fetch(`${server.url}/embed/introspect`, { method: "POST", headers: { "x-api-key": key }, body: new URLSearchParams({ token }) });
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ active: true, sub: viewer, sandbox: false });
    expect(text).toContain('"tenant":9007199254740993');
  });
}

/** What a newcomer's project has around the snippet. */
const projects: Record<string, Record<string, string>> = {
  "html.html": {},
  "html-production.html": {},
  "react.jsx": {
    "index.html": '<div id="app"></div><script type="module" src="/main.jsx"></script>',
    "main.jsx": 'import { createRoot } from "react-dom/client";\nimport Embed from "./react.jsx";\ncreateRoot(document.getElementById("app")).render(<Embed />);',
  },
  "vue.vue": {
    "index.html": '<div id="app"></div><script type="module" src="/main.js"></script>',
    "main.js": 'import { createApp } from "vue";\nimport Embed from "./vue.vue";\ncreateApp(Embed).mount("#app");',
  },
  "angular.ts": {
    "index.html": '<app-embed></app-embed><script type="module" src="/main.ts"></script>',
    "main.ts": 'import "@angular/compiler";\nimport { provideZonelessChangeDetection } from "@angular/core";\nimport { bootstrapApplication } from "@angular/platform-browser";\nimport { Embed } from "./angular.ts";\nbootstrapApplication(Embed, { providers: [provideZonelessChangeDetection()] });',
    "tsconfig.json": '{"compilerOptions":{"target":"ES2022","experimentalDecorators":true,"useDefineForClassFields":false}}',
  },
};

for (const [name, around] of Object.entries(projects)) {
  test(`page: ${name}`, async ({ admin: page, server, browser }, info) => {
    server.command(["key", "create", "--name", name]);
    const token = await fill(page, server);
    const folder = info.outputPath("project");
    mkdirSync(folder, { recursive: true });
    const text = await shown(page, name);
    writeFileSync(join(folder, name), text);
    if (Object.keys(around).length === 0) writeFileSync(join(folder, "index.html"), `<!doctype html><link rel="icon" href="data:,">${text}`);
    for (const [file, content] of Object.entries(around)) writeFileSync(join(folder, file), content);
    let site = folder;
    if (Object.keys(around).length > 0) {
      const isCustomElement = (tag: string) => tag.startsWith("tc-");
      await build({ root: folder, configFile: false, logLevel: "error", esbuild: { jsx: "automatic" }, plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] });
      site = join(folder, "dist");
    }
    const elsewhere = createServer((request, answer) => {
      const path = request.url === "/" ? "/index.html" : request.url!;
      const type = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" }[extname(path)] ?? "text/plain";
      try {
        answer.setHeader("content-type", type).end(readFileSync(join(site, path)));
      } catch {
        answer.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const visitor = await (await browser.newContext()).newPage();
    const script = visitor.waitForRequest(`${server.url}/embed/embed.js`);
    await visitor.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`);
    await script;
    const element = visitor.locator("tc-dashboard");
    await expect(element).toHaveAttribute("server-url", server.url);
    if (name === "html-production.html") {
      await expect.poll(() => element.evaluate((embed) => typeof (embed as { fetchToken?: unknown }).fetchToken)).toBe("function");
    } else {
      await expect(element).toHaveAttribute("auth-token", token);
    }
    await visitor.context().close();
    elsewhere.close();
  });
}
