// The console's snippets with their placeholders filled in. Every backend program runs against the server. Every page is built,
// opened on its own origin, and connects. C# is not run: its tools cannot be installed in the test environment.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "vite";
import vue from "@vitejs/plugin-vue";
import { alive, expect, test } from "../support/console.ts";
import { Elsewhere } from "../support/elsewhere.ts";
import type { Server } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

// Characters that end a string literal in one of the languages.
const viewer = `o'Hara "#1" \`\${x}\` \\ """ é🦜 Auth-Token tc-dashboard`;

/** The text that a snippet's Copy button copies, after a token was generated for a viewer. */
async function shown(page: Page, file: string): Promise<string> {
  return (await page.locator(`#snippet-${file.replace(".", "-")}-text`).textContent())!;
}

async function fill(page: Page, server: Server): Promise<string> {
  // An integer that a double cannot represent.
  server.command(["attribute", "add", "tenant", "Integer"]);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByLabel("distinctId").fill(viewer);
  await sandbox.getByLabel("tenant").fill("9007199254740993");
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  return sandbox.getByRole("textbox", { name: "Token", exact: true }).inputValue();
}

/** Runs a program and returns its output. An error fails the test with the program's message. */
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
    // curl prints the whole answer; the other programs print the token.
    const token = name === "curl.sh" ? JSON.parse(printed).token : printed;
    const answer = await fetch(`${server.url}/embed/introspect`, { method: "POST", headers: { "x-api-key": key }, body: new URLSearchParams({ token }) });
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ active: true, sub: viewer, sandbox: false });
    expect(text).toContain('"tenant":9007199254740993');
  });
}

/** The files of a new project around the snippet. */
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

// The same project in production, with tokens from the page's own backend.
for (const name of ["react.jsx", "vue.vue", "angular.ts"]) {
  const production = (text: string) => text.replace(name, name.replace(".", "-production."));
  projects[name.replace(".", "-production.")] = Object.fromEntries(Object.entries(projects[name]!).map(([file, text]) => [file, production(text)]));
}

for (const [name, around] of Object.entries(projects)) {
  test(`page: ${name}`, async ({ admin: page, server, browser }, info) => {
    const { key } = server.command(["key", "create", "--name", name]);
    await fill(page, server);
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
    const file = (path: string, type: string) => [path, (_: unknown, answer: ServerResponse) => answer.setHeader("content-type", type).end(readFileSync(join(site, path)))];
    const files = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((path) => /\.(html|js)$/.test(path));
    const pages = Object.fromEntries(files.map((path) => file(`/${path}`, path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8")));
    // The token endpoint that the production snippet calls.
    pages["/embed-token"] = async (_: unknown, answer: ServerResponse) => answer.end(JSON.stringify({ token: await server.token(key, viewer) }));
    const elsewhere = await Elsewhere.start({ ...pages, "/": pages["/index.html"] });
    server.list(elsewhere.url);
    const visitor = await Visitor.of(browser);
    await visitor.page.goto(elsewhere.url);
    await visitor.connects();
    await expect(visitor.component()).toHaveAttribute("server-url", server.url);
    await expect(visitor.component()).not.toHaveAttribute("auth-token");
    await expect(visitor.component().locator("dd").nth(1)).toHaveText(viewer);
    expect(visitor.reports).toEqual([]);
    await visitor.close();
    elsewhere.stop();
  });
}
