// Components on customers' pages: other hosts, other ports, HTTPS, and changes while a page is open.
import { type IncomingMessage, request as ask, type ServerResponse } from "node:http";
import { expect, test as base } from "../support/console.ts";
import { Elsewhere, page as html, type Pages } from "../support/elsewhere.ts";
import type { Server } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

type Embedding = { key: string; visitor: Visitor; sites: (pages: Pages, host?: string, https?: boolean) => Promise<Elsewhere> };

const test = base.extend<Embedding>({
  key: async ({ server }, use) => {
    server.addPerson("ada@example.com", "admin");
    await use(server.key());
  },
  visitor: async ({ browser }, use) => {
    const visitor = await Visitor.of(browser);
    await use(visitor);
    await visitor.close();
  },
  sites: async ({}, use) => {
    const open: Elsewhere[] = [];
    await use(async (...settings) => {
      const site = await Elsewhere.start(...settings);
      open.push(site);
      return site;
    });
    open.forEach((site) => site.stop());
  },
});

/** A site that forwards a path to Perch, as a reverse proxy does. */
const passOn = (server: Server) => (request: IncomingMessage, answer: ServerResponse) => {
  const headers = { ...request.headers, host: new URL(server.url).host };
  const onward = ask(`${server.url}${request.url}`, { method: request.method, headers }, (back) => {
    answer.writeHead(back.statusCode!, back.headers);
    back.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  answer.on("close", () => onward.destroy());
  request.pipe(onward);
};

const script = (server: Server) => `<script type="module" src="${server.url}/embed/embed.js"></script>`;
const embed = (server: Server, token: string, name = "tc-dashboard") => html(`${script(server)}<${name} auth-token="${token}"></${name}>`);

test("a listed site connects and shows what the token grants, and nothing that it carries", async ({ server, key, visitor, sites }) => {
  server.command(["attribute", "add", "region", "String"]);
  const answer = await server.call("/embed/generate-token", key, {
    user: { distinctId: "viewer <b>1</b>", role: "explorer", attributes: { region: "Secretland" } },
    permissions: { dashboard: "can_edit", ai: ["can_query"] },
    aiContextClues: "Whisper the secret.",
  });
  const { token } = await answer.json();
  const site = await sites({ "/": embed(server, token) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects();
  const facts = await visitor.component().locator("[part=facts] dd").allTextContents();
  expect(facts.slice(0, 3)).toEqual(["My organization", "viewer <b>1</b>", "dashboards: view, edit; AI assistant: ask"]);
  await expect(visitor.component()).not.toHaveAttribute("auth-token");
  expect(await visitor.events()).toEqual(["tc-ready"]);
  const everything = await visitor.page.evaluate(() => {
    const shadow = document.querySelector("tc-dashboard")!.shadowRoot!;
    return document.documentElement.outerHTML + shadow.innerHTML + JSON.stringify((window as any).told) + JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie;
  });
  for (const secret of ["Secretland", "Whisper", token]) {
    expect(everything).not.toContain(secret);
    expect(visitor.said.join()).not.toContain(secret);
  }
  expect(visitor.reports).toEqual([]);
});

test("an unlisted site is told why, finds its way in, and connects when somebody looks again", async ({ server, key, visitor, sites }) => {
  const site = await sites({ "/": embed(server, await server.token(key)) });
  await visitor.page.goto(site.url);
  await visitor.reads("This content is not available on this site.");
  const reference = await visitor.component().locator("[part=reference]").textContent();
  const [error] = await visitor.told("tc-error");
  expect(error!.detail).toMatchObject({ code: "ORIGIN_NOT_AUTHORIZED", message: "This site is not among the authorized origins." });
  expect(reference).toBe(`Reference: ${error!.detail.requestId}`);
  expect(visitor.reports).toEqual([expect.stringContaining(`Request id ${error!.detail.requestId}. ${server.url}/docs/errors#ORIGIN_NOT_AUTHORIZED`)]);
  await expect(visitor.component().getByRole("button")).toHaveCount(0);
  server.list(site.url);
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await visitor.connects();
});

test("a wildcard covers one level of subdomains, over https", async ({ server, key, visitor, sites }) => {
  const page = { "/": embed(server, await server.token(key)) };
  const [eu, deep] = [await sites(page, "eu.shop.test", true), await sites(page, "a.eu.shop.test", true)];
  for (const site of [eu, deep]) server.list(`https://*.shop.test:${new URL(site.url).port}`);
  await visitor.page.goto(eu.url);
  await visitor.connects();
  await visitor.page.goto(deep.url);
  await visitor.reads("This content is not available on this site.");
});

test("revoked while open, it says so at once, and a page with another token goes on", async ({ server, key, visitor, sites }) => {
  const [ann, bob] = [await server.token(key, "ann"), await server.token(key, "bob")];
  const site = await sites({ "/": html(`${script(server)}<tc-dashboard auth-token="${ann}"></tc-dashboard><tc-ai-assistant auth-token="${bob}"></tc-ai-assistant>`) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects();
  await visitor.connects("tc-ai-assistant");
  // Two viewers on one page: each sees their own.
  await expect(visitor.component().locator("dd").nth(1)).toHaveText("ann");
  await expect(visitor.component("tc-ai-assistant").locator("dd").nth(1)).toHaveText("bob");
  expect((await server.call("/embed/revoke", key, { distinctId: "ann" })).status).toBe(200);
  await visitor.reads("This view has ended. Reload the page or sign in again.");
  expect((await visitor.told("tc-error")).map(({ detail }) => detail.code)).toEqual(["TOKEN_REVOKED"]);
  await visitor.connects("tc-ai-assistant");
  // The page has no other token, so the component does not offer to try again.
  await expect(visitor.component().getByRole("button")).toHaveCount(0);
});

test("a revoked token is refused by a second process on the same database within a second", async ({ server, key }) => {
  const twin = await server.twin();
  const me = (token: string) => fetch(`${twin.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  const token = await server.token(key);
  expect((await me(token)).status).toBe(200);
  expect((await server.call("/embed/revoke", key, { all: true })).status).toBe(200);
  const revoked = performance.now();
  await expect.poll(async () => (await me(token)).status, { intervals: [20] }).toBe(401);
  expect(performance.now() - revoked).toBeLessThan(1_000);
  await twin.stop();
});

test("the server may be away for a while", async ({ server, key, visitor, sites }) => {
  const site = await sites({ "/": embed(server, await server.token(key)) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects();
  await visitor.page.evaluate(() => ((window as any).frame = document.querySelector("tc-dashboard")!.shadowRoot!.firstElementChild));
  await server.restart(async () => visitor.reads("Reconnecting…"));
  await visitor.connects();
  // The component was not mounted again, and the visitor saw no error that only the developer can fix.
  expect(await visitor.page.evaluate(() => (window as any).frame === document.querySelector("tc-dashboard")!.shadowRoot!.firstElementChild)).toBe(true);
  expect((await visitor.told("tc-error")).map(({ detail }) => detail.code)).toEqual(["SERVER_UNREACHABLE"]);
  expect(await visitor.events()).toEqual(["tc-ready", "tc-error", "tc-recovered"]);
});

test("without a server there is a sentence and a way to try again, never a blank frame", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const site = await sites({ "/": html(`${script(server)}<tc-dashboard auth-token="${token}" server-url="http://127.0.0.1:1"></tc-dashboard>`) });
  await visitor.page.goto(site.url);
  await visitor.reads("This content cannot be reached right now.");
  await expect(visitor.component().locator("[part=reference]")).toHaveText("Reference: SERVER_UNREACHABLE");
  server.list(site.url);
  await visitor.component().evaluate((element, url) => element.setAttribute("server-url", url), `${server.url}/api/`);
  await visitor.connects();
});

test("offline and back", async ({ server, key, visitor, sites }) => {
  const site = await sites({ "/": embed(server, await server.token(key)) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects();
  await visitor.context.setOffline(true);
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await server.restart();
  await visitor.reads("Reconnecting…");
  await visitor.context.setOffline(false);
  await visitor.connects();
});

test("strict pages: a content policy, isolation from other origins, pinned by its hash", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const module = await (await fetch(`${server.url}/embed/embed.js`)).arrayBuffer();
  const hash = Buffer.from(await crypto.subtle.digest("SHA-384", module)).toString("base64");
  const body = html(
    `<tc-dashboard auth-token="${token}"></tc-dashboard>`,
    `<script type="module" src="${server.url}/embed/embed.js" integrity="sha384-${hash}" crossorigin="anonymous"></script>`,
  );
  const site = await sites({
    "/": (_, response) =>
      response
        .setHeader("content-type", "text/html")
        .setHeader("content-security-policy", `default-src 'none'; script-src ${server.url}; connect-src ${server.url}; img-src data:; require-trusted-types-for 'script'`)
        .setHeader("cross-origin-opener-policy", "same-origin")
        .setHeader("cross-origin-embedder-policy", "require-corp")
        .end(body),
  });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects();
  expect(await visitor.page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(visitor.said).toEqual([]);
});

test("a page without an origin of its own is told so", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const site = await sites({ "/": html(`<iframe sandbox="allow-scripts" src="/inside"></iframe>`), "/inside": embed(server, token) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await expect(visitor.page.frameLocator("iframe").locator("tc-dashboard [part=status]")).toHaveText("This content is not available on this site.");
  expect(visitor.reports.join()).toContain("a sandboxed frame without allow-same-origin");
});

test("a tab that was hidden for a moment hears of the end again", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const site = await sites({ "/": embed(server, token) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects();
  const show = (state: string) =>
    visitor.page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await show("hidden");
  const again = visitor.page.waitForResponse(`${server.url}/embed/live`);
  await show("visible");
  expect((await again).status()).toBe(200);
  await server.call("/embed/revoke", key, { all: true });
  await visitor.reads("This view has ended. Reload the page or sign in again.");
});

test("a page that is opened in the background connects all the same, and listens once it is looked at", async ({ server, key, visitor, sites }) => {
  const site = await sites({ "/": embed(server, await server.token(key)) });
  server.list(site.url);
  await visitor.page.addInitScript(() => Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }));
  let listening = 0;
  visitor.page.on("request", (request) => (listening += Number(request.url().endsWith("/embed/live"))));
  await visitor.page.goto(site.url);
  await visitor.connects();
  expect(await visitor.events()).toEqual(["tc-ready"]);
  expect(listening).toBe(0);
  await visitor.page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => listening).toBe(1);
});

test("behind the page's own address it works as elsewhere", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const passed = ["/embed/embed.js", "/embed/session", "/embed/live"].map((path) => [path, passOn(server)]);
  const site = await sites({ ...Object.fromEntries(passed), "/": html(`<script type="module" src="/embed/embed.js"></script><tc-dashboard auth-token="${token}"></tc-dashboard>`) });
  server.list(site.url);
  const live = visitor.page.waitForResponse(`${site.url}/embed/live`);
  await visitor.page.goto(site.url);
  await visitor.connects();
  expect((await live).status()).toBe(200);
  await server.call("/embed/revoke", key, { all: true });
  await visitor.reads("This view has ended. Reload the page or sign in again.");
});

test("another token-endpoint is another viewer", async ({ server, key, visitor, sites }) => {
  const viewer = (name: string) => async (_: unknown, answer: ServerResponse) =>
    answer.setHeader("content-type", "application/json").end(JSON.stringify({ token: await server.token(key, name) }));
  const page = html(`${script(server)}<tc-dashboard token-endpoint="/ann"></tc-dashboard>`);
  const site = await sites({ "/": page, "/ann": viewer("ann"), "/bob": viewer("bob") });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await expect(visitor.component().locator("dd").nth(1)).toHaveText("ann");
  await visitor.component().evaluate((embed) => embed.setAttribute("token-endpoint", "/bob"));
  await expect(visitor.component().locator("dd").nth(1)).toHaveText("bob");
  expect(await visitor.events()).toEqual(["tc-ready", "tc-viewer-changed"]);
});

test("three viewers on a page leave the browser its connections, and each is told all the same", async ({ server, key, visitor, sites }) => {
  const tokens = await Promise.all(["a", "b", "c", "d"].map((name) => server.token(key, name)));
  const site = await sites({ "/": html(script(server) + tokens.map((token) => `<tc-dashboard auth-token="${token}"></tc-dashboard>`).join("")) });
  server.list(site.url);
  let open = 0;
  visitor.page.on("request", (request) => (open += Number(request.url().endsWith("/embed/live"))));
  await visitor.page.goto(site.url);
  for (const at of [0, 1, 2, 3]) await expect(visitor.component().nth(at).locator("[part=status]")).toHaveText("Connected");
  await expect.poll(() => open).toBe(2);
});

test("moved, removed, put back, and rendered before the script came", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const site = await sites({ "/": html(`<main></main><aside></aside><tc-dashboard auth-token="${token}"></tc-dashboard>`) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  const live = visitor.page.waitForResponse(`${server.url}/embed/live`);
  await visitor.page.evaluate((url) => import(url), `${server.url}/embed/embed.js`);
  await visitor.connects();
  await live;
  const calls: string[] = [];
  visitor.page.on("request", (request) => calls.push(new URL(request.url()).pathname));
  await visitor.page.evaluate(() => {
    const element = ((window as any).element = document.querySelector("tc-dashboard")!);
    document.querySelector("main")!.append(element);
    document.querySelector("aside")!.append(element);
  });
  await visitor.connects();
  expect(calls, "moving is no reason to ask anything").toEqual([]);
  await visitor.page.evaluate(() => (window as any).element.remove());
  await visitor.page.evaluate(() => document.querySelector("main")!.append((window as any).element));
  await visitor.connects();
  expect(await visitor.events(), "it is the same viewer as before").toEqual(["tc-ready"]);
});

test("a tag left open as the reference prints it keeps what follows in sight", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const site = await sites({ "/": html(`${script(server)}<tc-self-service-dashboard auth-token="${token}"/><p>What follows</p>`) });
  server.list(site.url);
  await visitor.page.goto(site.url);
  await visitor.connects("tc-self-service-dashboard");
  await expect(visitor.page.getByText("What follows")).toBeVisible();
  expect(visitor.reports.join()).toContain("close it with </tc-self-service-dashboard>");
  // The token allows viewing dashboards and not editing them. Both the visitor and the developer are told.
  await expect(visitor.component("tc-self-service-dashboard").locator("[part=note]")).toHaveText("This view needs a permission that was not granted.");
  expect(visitor.reports.join()).toContain("PERMISSION_MISSING. <tc-self-service-dashboard> needs dashboard: can_edit");
});

test("theme, size and style are the page's", async ({ server, key, visitor, sites }) => {
  const token = await server.token(key);
  const style = "tc-dashboard { block-size: 400px; --tc-background: rgb(1, 2, 3) } tc-dashboard::part(title) { color: rgb(4, 5, 6) }";
  const site = await sites({ "/": html(`${script(server)}<tc-dashboard data-theme="dark" auth-token="${token}"></tc-dashboard><tc-ai-assistant auth-token="${token}"></tc-ai-assistant>`, `<style>${style}</style>`) });
  server.list(site.url);
  await visitor.page.emulateMedia({ colorScheme: "light" });
  await visitor.page.goto(site.url);
  await visitor.connects();
  const frame = visitor.component().locator("[part=frame]");
  expect((await frame.boundingBox())!.height).toBe(400);
  await expect(frame).toHaveCSS("background-color", "rgb(1, 2, 3)");
  await expect(frame).toHaveCSS("color-scheme", "dark");
  await expect(visitor.component().locator("[part=title]")).toHaveCSS("color", "rgb(4, 5, 6)");
  const other = visitor.component("tc-ai-assistant").locator("[part=frame]");
  await expect(other).toHaveCSS("color-scheme", "light");
  await visitor.page.emulateMedia({ colorScheme: "dark" });
  await expect(other).toHaveCSS("color-scheme", "dark");
});
