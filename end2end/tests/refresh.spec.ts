// Staying connected while tokens expire, on a clock that the test moves.
import type { Browser, Page } from "@playwright/test";
import { alive, expect, signIn, test } from "../support/console.ts";
import { Elsewhere, page as html, type Pages } from "../support/elsewhere.ts";
import { Visitor } from "../support/visitor.ts";

const HOUR = 3_600_000;

/** A page with its own backend: `/embed-token` answers with a new token each time, or with the result of `answer`. */
async function withBackend(server: any, key: string, embed: (url: string) => string, answer?: (count: number) => Promise<string | null>) {
  let asked = 0;
  const pages: Pages = {
    "/embed-token": async (_, response) => {
      asked += 1;
      const token = answer ? await answer(asked) : await server.token(key);
      if (token === null) response.writeHead(503).end();
      else response.setHeader("content-type", "application/json").end(JSON.stringify({ token }));
    },
  };
  const site = await Elsewhere.start(pages);
  pages["/"] = html(`<script type="module" src="${server.url}/embed/embed.js"></script>${embed(site.url)}`);
  server.list(site.url);
  return { site, asked: () => asked };
}

/** A connected visitor of the page. The clock stands still until the test moves it. */
async function looking(browser: Browser, site: Elsewhere): Promise<Visitor> {
  const visitor = await Visitor.of(browser);
  await visitor.page.clock.install();
  await visitor.page.goto(site.url);
  await visitor.connects();
  return visitor;
}

/**
 * Advances the clock second by second. Every request that the page sent is answered before the next second begins, so answers take
 * no time on the test's clock. Needs `counting`.
 */
async function pass(page: Page, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await page.clock.runFor(1_000);
    await expect.poll(() => page.evaluate(() => (window as any).asking)).toBe(0);
  }
}

/** Counts the page's requests that have no answer yet. */
async function counting(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const [seen, ask] = [window as any, window.fetch];
    seen.asking = 0;
    window.fetch = async (...what) => {
      seen.asking += 1;
      try {
        const answer = await ask(...what);
        // A connection that stays open counts as answered once it is established.
        if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) await answer.clone().text();
        return answer;
      } finally {
        seen.asking -= 1;
      }
    };
  });
}

const production = `<tc-dashboard id="embed"></tc-dashboard><script type="module">
  document.getElementById("embed").fetchToken = async () => (await (await fetch("/embed-token", { method: "POST" })).json()).token;
</script>`;

test.beforeEach(({ server }) => server.addPerson("ada@example.com", "admin"));

test("fetchToken brings the first token and each next one before the old one ends, and nothing is mounted anew", async ({ server, browser }) => {
  const key = server.key();
  const { site, asked } = await withBackend(server, key, () => production);
  const visitor = await looking(browser, site);
  await visitor.page.evaluate(() => ((window as any).frame = document.querySelector("tc-dashboard")!.shadowRoot!.firstElementChild));
  // The laptop sleeps for fifty-five minutes. After it wakes, the page first fetches a new token.
  await visitor.page.clock.fastForward(55 * 60_000);
  await expect.poll(asked).toBe(2);
  await expect.poll(() => visitor.events()).toEqual(["tc-ready", "tc-token-expiring", "tc-token-refreshed"]);
  await visitor.connects();
  expect(await visitor.page.evaluate(() => (window as any).frame === document.querySelector("tc-dashboard")!.shadowRoot!.firstElementChild)).toBe(true);
  expect(visitor.reports).toEqual([]);
  await visitor.close();
  site.stop();
});

test("a token-endpoint does the same, for two components in one flight", async ({ server, browser }) => {
  const key = server.key();
  const element = `<tc-dashboard token-endpoint="/embed-token"></tc-dashboard><tc-ai-assistant token-endpoint="/embed-token"></tc-ai-assistant>`;
  const { site, asked } = await withBackend(server, key, () => element);
  const visitor = await looking(browser, site);
  await visitor.connects("tc-ai-assistant");
  expect(asked()).toBe(1);
  await visitor.page.clock.fastForward(55 * 60_000);
  await expect.poll(async () => (await visitor.told("tc-token-refreshed")).length).toBe(2);
  expect(asked()).toBe(2);
  // The component does not request tokens from another origin.
  await visitor.component().evaluate((embed) => embed.setAttribute("token-endpoint", "https://evil.test/embed-token"));
  await visitor.page.clock.fastForward(60 * 60_000);
  await expect.poll(() => visitor.reports.join()).toContain("it must be an address of the page's own origin");
  await visitor.close();
  site.stop();
});

test("asleep past its end, it comes back by itself", async ({ server, browser }) => {
  const key = server.key();
  const { site } = await withBackend(server, key, () => production);
  const visitor = await looking(browser, site);
  await visitor.page.clock.fastForward(9 * HOUR);
  await expect.poll(async () => (await visitor.told("tc-token-refreshed")).length).toBe(1);
  await visitor.connects();
  expect(await visitor.events(), "a night's sleep is no error").toEqual(["tc-ready", "tc-token-expiring", "tc-token-refreshed"]);
  expect(visitor.reports).toEqual([]);
  await visitor.close();
  site.stop();
});

test("a clock that was moved decides nothing: what time it is, the server says", async ({ server, browser }) => {
  const key = server.key();
  const { site, asked } = await withBackend(server, key, () => production);
  const visitor = await looking(browser, site);
  await visitor.page.clock.setSystemTime(Date.now() + 9 * HOUR);
  const told = visitor.page.waitForResponse(`${server.url}/embed/session`);
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  expect((await told).status()).toBe(200);
  await visitor.connects();
  await expect(visitor.component().locator("dd").nth(3)).toHaveText(/^(59|60) minutes$/);
  expect(await visitor.events()).toEqual(["tc-ready"]);
  expect(asked()).toBe(1);
  await visitor.close();
  site.stop();
});

test("a backend that cannot be reached does not keep a revoked viewer in", async ({ server, browser }) => {
  const key = server.key();
  const { site, asked } = await withBackend(server, key, () => production, async (count) => (count === 1 ? server.token(key) : null));
  const visitor = await looking(browser, site);
  await visitor.page.clock.fastForward(56 * 60_000);
  await expect.poll(asked).toBeGreaterThan(1);
  expect((await server.call("/embed/revoke", key, { distinctId: "viewer-1" })).status).toBe(200);
  const codes = async () => {
    await visitor.page.clock.runFor(500);
    return (await visitor.told("tc-error")).map(({ detail }) => detail.code);
  };
  await expect.poll(codes).toContain("TOKEN_REVOKED");
  await expect(visitor.component().locator("[part=facts]")).toBeHidden();
  await visitor.close();
  site.stop();
});

test("expired while open with nowhere to get another, it says so; a new token in the attribute goes on without a blink", async ({ server, browser }) => {
  const key = server.key();
  const token = await server.token(key);
  const { site } = await withBackend(server, key, () => `<tc-dashboard auth-token="${token}"></tc-dashboard>`);
  const visitor = await looking(browser, site);
  await visitor.page.clock.fastForward(56 * 60_000);
  await expect.poll(() => visitor.events()).toEqual(["tc-ready", "tc-token-expiring"]);
  const give = async (token: string) => visitor.component().evaluate((embed, token) => embed.setAttribute("auth-token", token), token);
  await give(await server.token(key));
  await expect.poll(() => visitor.events()).toEqual(["tc-ready", "tc-token-expiring", "tc-token-refreshed"]);
  await visitor.page.clock.fastForward(61 * 60_000);
  await visitor.reads("This view has ended. Reload the page or sign in again.");
  expect((await visitor.told("tc-error")).map(({ detail }) => detail.code)).toEqual(["TOKEN_EXPIRED"]);
  // Another user signs in: the component starts again and announces that.
  await give(await server.token(key, "viewer-2"));
  await visitor.connects();
  await expect(visitor.component().locator("[part=note]")).toHaveText("The viewer has changed, so this view began anew.");
  expect((await visitor.events()).at(-1)).toBe("tc-viewer-changed");
  await visitor.close();
  site.stop();
});

test("a cached token is told apart from a new one, and the old one goes on as long as it may", async ({ server, browser }) => {
  const key = server.key();
  const cached = await server.token(key);
  const { site, asked } = await withBackend(server, key, () => production, async (count) => (count < 3 ? cached : server.token(key)));
  const visitor = await looking(browser, site);
  await visitor.page.clock.fastForward(55 * 60_000);
  await expect.poll(async () => (await visitor.told("tc-error")).map(({ detail }) => detail.code)).toEqual(["TOKEN_NOT_RENEWED"]);
  await visitor.connects();
  expect(visitor.reports).toEqual([expect.stringContaining("Call your backend each time fetchToken runs, without caching.")]);
  await visitor.page.clock.runFor(3_000);
  await expect.poll(async () => (await visitor.told("tc-token-refreshed")).length).toBe(1);
  expect(asked()).toBe(3);
  await visitor.close();
  site.stop();
});

test("a backend that fails is asked again, ever more slowly, and the reason is in the console", async ({ server, browser }) => {
  const key = server.key();
  const failing = `<tc-dashboard id="embed"></tc-dashboard><script type="module">
    window.asked = 0;
    document.getElementById("embed").fetchToken = async () => {
      window.asked += 1;
      if (!window.token) throw new Error("the backend is down");
      return window.token;
    };
  </script>`;
  const { site } = await withBackend(server, key, () => failing);
  const visitor = await Visitor.of(browser);
  await visitor.page.clock.install();
  await visitor.page.goto(site.url);
  await visitor.reads("This content cannot be reached right now.");
  await visitor.page.clock.runFor(10 * 60_000);
  // The interval grows from one second to one minute.
  const asked = await visitor.page.evaluate(() => (window as any).asked);
  expect(asked).toBeGreaterThan(12);
  expect(asked).toBeLessThan(30);
  expect(visitor.reports, "the same again is no news").toEqual([expect.stringContaining("TOKEN_MISSING. fetchToken failed: the backend is down.")]);
  await visitor.page.evaluate((token) => ((window as any).token = token), await server.token(key));
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await visitor.connects();
  await visitor.close();
  site.stop();
});

test("where no connection can stay open, the server is asked now and then, and nobody is alarmed", async ({ server, browser }) => {
  const key = server.key();
  const { site } = await withBackend(server, key, () => production);
  const visitor = await Visitor.of(browser);
  await counting(visitor.page);
  await visitor.page.clock.install();
  await visitor.page.route("**/embed/live", (route) => route.fulfill({ status: 404, contentType: "application/json", body: '{"code":404}', headers: { "access-control-allow-origin": "*" } }));
  let sessions = 0;
  visitor.page.on("request", (request) => (sessions += Number(request.method() === "POST" && request.url().endsWith("/embed/session"))));
  await visitor.page.goto(site.url);
  await visitor.connects();
  await pass(visitor.page, 120);
  expect(sessions).toBeGreaterThan(2);
  expect(sessions).toBeLessThan(15);
  await visitor.connects();
  expect(await visitor.events()).toEqual(["tc-ready"]);
  expect(visitor.reports).toEqual([]);
  await visitor.close();
  site.stop();
});

test("a site that is removed while somebody looks is not mended by new tokens, and nobody asks for any", async ({ server, browser, page }) => {
  const key = server.key();
  const { site, asked } = await withBackend(server, key, () => production);
  const visitor = await looking(browser, site);
  await signIn(page, server, "ada@example.com");
  await alive(page);
  const origins = page.getByRole("region", { name: "Authorized Origins" });
  await origins.getByLabel("Remove").check();
  await origins.getByRole("button", { name: "Save", exact: true }).click();
  await origins.getByRole("button", { name: "Remove and save" }).click();
  await visitor.reads("This content is not available on this site.");
  for (let second = 0; second < 60; second += 1) await visitor.page.clock.runFor(1_000);
  expect(asked()).toBe(1);
  expect((await visitor.told("tc-error")).map(({ detail }) => detail.code)).toEqual(["ORIGIN_NOT_AUTHORIZED"]);
  server.list(site.url);
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await visitor.page.clock.runFor(2_000);
  await visitor.connects();
  await visitor.close();
  site.stop();
});

test("a framework that makes a new function at every turn keeps its connection, and signing out ends it", async ({ server, browser }) => {
  const key = server.key();
  const { site, asked } = await withBackend(server, key, () => production);
  const visitor = await looking(browser, site);
  for (let turn = 0; turn < 20; turn += 1) {
    await visitor.component().evaluate((embed: any) => (embed.fetchToken = async () => (await (await fetch("/embed-token", { method: "POST" })).json()).token));
  }
  await visitor.connects();
  expect(asked()).toBe(1);
  await visitor.component().evaluate((embed: any) => (embed.fetchToken = null));
  await visitor.reads("Not connected.");
  await expect(visitor.component().locator("[part=facts]")).toBeHidden();
  expect(await visitor.component().locator("dd").allTextContents(), "hidden is not gone").toEqual(["", "", "", ""]);
  await visitor.page.clock.runFor(5_000);
  expect(await visitor.events(), "signing out is no error").toEqual(["tc-ready"]);
  expect(visitor.reports).toEqual([]);
  await visitor.close();
  site.stop();
});

test("a day with tokens of ten minutes: no gap, one refresh at a time, and nothing left behind", async ({ server, page }) => {
  const site = await Elsewhere.start({ "/": html("") });
  await page.clock.install({ time: new Date("2026-11-20T10:00:00Z") });
  await page.goto(site.url);
  // The page's own backend on the same clock. A token consists of its number and its expiry.
  await page.evaluate(() => {
    const [later, never] = [window.setTimeout, window.clearTimeout];
    const seen = ((window as any).seen = { made: 0, flying: 0, most: 0, gaps: [] as string[], timers: new Set<number>(), listeners: 0 });
    // No body: the browser would read one in real time, which this clock does not count.
    const answer = (body: unknown) => ({ ok: true, json: async () => body }) as Response;
    (window as any).fetchToken = async () => {
      seen.most = Math.max(seen.most, (seen.flying += 1));
      await new Promise((resolve) => later(resolve, 400));
      seen.flying -= 1;
      return `${(seen.made += 1)}.${Date.now() + 600_000}`;
    };
    window.fetch = async (input, init) => {
      const token = new Headers(init!.headers).get("authorization")!.slice(7);
      if (String(input).endsWith("/embed/session")) {
        const expiresAt = new Date(Number(token.split(".")[1])).toISOString();
        return answer({ user: { distinctId: "v", role: "explorer" }, organization: { name: "O" }, permissions: { dashboard: ["can_view"], ai: ["can_query"] }, expiresAt, serverTime: new Date().toISOString(), sandbox: false });
      }
      let beat = 0;
      const body = new ReadableStream({
        start(stream) {
          const pulse = () => {
            stream.enqueue(new TextEncoder().encode(":\n\n"));
            beat = later(pulse, 20_000);
          };
          pulse();
          init!.signal!.addEventListener("abort", () => {
            never(beat);
            stream.error(init!.signal!.reason);
          });
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    // The timers and listeners that the components leave behind.
    window.setTimeout = ((work: () => void, wait: number) => {
      const id = later(() => (seen.timers.delete(id), work()), wait);
      seen.timers.add(id);
      return id;
    }) as typeof setTimeout;
    window.clearTimeout = (id) => (seen.timers.delete(id as number), never(id));
    const waking = (type: string) => Number(["online", "focus", "pageshow", "visibilitychange"].includes(type));
    for (const target of [window, document]) {
      const [add, remove] = [target.addEventListener, target.removeEventListener];
      target.addEventListener = ((...all: Parameters<typeof add>) => (seen.listeners += waking(all[0]), add.apply(target, all))) as typeof add;
      target.removeEventListener = ((...all: Parameters<typeof remove>) => (seen.listeners -= waking(all[0]), remove.apply(target, all))) as typeof remove;
    }
  });
  await page.addScriptTag({ type: "module", url: `${server.url}/embed/embed.js` });
  await page.evaluate(() => {
    for (const name of ["tc-dashboard", "tc-ai-assistant"]) {
      const embed = document.createElement(name) as HTMLElement & { fetchToken: unknown };
      embed.fetchToken = (window as any).fetchToken;
      document.body.append(embed);
    }
  });
  await page.clock.runFor(5_000);
  const status = page.locator("tc-dashboard [part=status]");
  await expect(status).toHaveText("Connected");
  await page.evaluate(() => {
    const status = document.querySelector("tc-dashboard")!.shadowRoot!.querySelector("[part=status]")!;
    new MutationObserver(() => (window as any).seen.gaps.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
  });
  for (let hour = 0; hour < 24; hour += 1) await page.clock.runFor(HOUR);
  const seen = await page.evaluate(() => ({ ...(window as any).seen, timers: (window as any).seen.timers.size }));
  expect(seen.gaps).toEqual([]);
  expect(seen.most).toBe(1);
  // Each token is replaced two to three minutes before it expires.
  expect(seen.made).toBeGreaterThan(24 * 60 / 8 - 2);
  expect(seen.made).toBeLessThan(24 * 60 / 7 + 8);
  expect(seen.listeners).toBe(4);
  await page.evaluate(() => document.querySelectorAll("tc-dashboard, tc-ai-assistant").forEach((embed) => embed.remove()));
  await page.clock.runFor(1_000);
  expect(await page.evaluate(() => [(window as any).seen.timers.size, (window as any).seen.listeners])).toEqual([0, 0]);
  const made = await page.evaluate(() => (window as any).seen.made);
  await page.clock.runFor(HOUR);
  expect(await page.evaluate(() => (window as any).seen.made)).toBe(made);
  site.stop();
});
