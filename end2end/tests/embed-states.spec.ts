// Components, and the console around them, in each state: screenshots, accessibility tree, axe.
import { readFileSync } from "node:fs";
import { alive, expect, signIn, test } from "../support/console.ts";
import { Elsewhere, page as html } from "../support/elsewhere.ts";
import { everySize, state } from "../support/looks.ts";
import { Server } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

test("a component that is connected, one that lacks a permission, one that was refused", async ({ server, browser }) => {
  server.addPerson("ada@example.com", "admin");
  const key = server.key();
  const token = await server.token(key, "an-extraordinarily-long-name-of-a-viewer-".repeat(5));
  const site = await Elsewhere.start({
    "/": html(
      `<main><h1>Somebody's page</h1><tc-dashboard auth-token="${token}"></tc-dashboard><br><tc-self-service-dashboard auth-token="${token}"></tc-self-service-dashboard><br>
      <tc-ai-assistant auth-token="${token.slice(0, -1)}"></tc-ai-assistant></main>`,
      `<title>Somebody's page</title><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><script type="module" src="${server.url}/embed/embed.js"></script>`,
    ).replace("<html>", '<html lang="en">'),
  });
  server.list(site.url);
  const visitor = await Visitor.of(browser);
  await visitor.page.goto(site.url);
  await visitor.connects();
  await visitor.connects("tc-self-service-dashboard");
  await visitor.reads("This content cannot be shown. Tell whoever runs this site.", "tc-ai-assistant");
  await everySize(visitor.page, "components");
  await expect(visitor.page.locator("main")).toMatchAriaSnapshot({ name: "components.aria.yml" });
  // The button to try again can be reached with the keyboard.
  await visitor.component().evaluate((embed: any) => (embed.fetchToken = async () => (await Promise.reject(new Error("down"))) as string));
  await visitor.component().evaluate((embed) => embed.setAttribute("auth-token", ""));
  const again = visitor.component().getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await visitor.page.keyboard.press("Tab");
  await expect(again).toBeFocused();
  await everySize(visitor.page, "components-ended");
  await visitor.close();
  site.stop();
});

test("refused lately, a request that was refused, a question before tokens end, a preview", async ({ admin: page, server }) => {
  const key = server.key();
  server.list("https://app.example.com");
  const ask = (token: string, origin: string) => fetch(`${server.url}/embed/session`, { method: "POST", headers: { authorization: `Bearer ${token}`, origin } });
  const token = await server.token(key);
  for (const site of ["https://staging.app.example.com", "https://app.example.com.evil.test", "https://xn--pp-jia.example.com"]) await ask(token, site);
  const refused = await ask(await server.token(key, "viewer-2"), "https://staging.app.example.com");
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  await state(page, "refused-lately", "#refused-lately");
  const introspection = page.getByRole("region", { name: "Token Introspection" });
  await introspection.getByLabel("JWT Token").fill(refused.headers.get("x-request-id")!);
  await introspection.getByRole("button", { name: "Introspect Token" }).click();
  await expect(introspection.getByText("https://staging.app.example.com is not listed.").first()).toBeVisible();
  await state(page, "introspection-request", "#introspection-result");
  await introspection.getByLabel("JWT Token").fill(token);
  await introspection.getByRole("button", { name: "Introspect Token" }).click();
  // The request's own result offers the same button.
  await expect(introspection.getByText("https://staging.app.example.com is not listed.")).toHaveCount(0);
  await introspection.getByRole("button", { name: "Revoke all tokens of this viewer" }).click();
  await expect(introspection.getByText("1 live token of viewer-1 will end, of every API key.")).toBeVisible();
  await state(page, "introspection-revoking", "#introspection-feedback");
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  await expect(page.frameLocator("#preview").locator("tc-dashboard [part=status]")).toHaveText("Connected");
  await everySize(page, "preview", ".preview");
  await page.goto(`${server.url}/account`);
  await everySize(page, "account-keys");
  await page.getByRole("link", { name: "End tokens of backend" }).click();
  await everySize(page, "end-tokens");
});

test("without a second host there is a test page to take along, and it works where it is put", async ({ page, browser }, info) => {
  const server = await Server.start({ PERCH_PUBLIC_URL: "http://perch.test", PERCH_ALLOWED_HOSTS: "127.0.0.1" });
  server.addPerson("ada@example.com", "admin");
  server.key();
  await signIn(page, server, "ada@example.com");
  await alive(page);
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  await expect(page.locator("#preview")).toHaveCount(0);
  const download = page.waitForEvent("download");
  await sandbox.getByRole("link", { name: "a test page" }).click();
  const file = info.outputPath("perch-test.html");
  await (await download).saveAs(file);
  const text = readFileSync(file, "utf8");
  expect(text).toContain('<script type="module" src="http://perch.test/embed/embed.js"></script>');
  // Nothing answers at the public address here, so the page uses the address that the server listens on.
  const site = await Elsewhere.start({ "/": text.replaceAll("http://perch.test", server.url).replace("<title>", '<link rel="icon" href="data:,"><title>') });
  server.list(site.url);
  const visitor = await Visitor.of(browser);
  await visitor.page.goto(site.url);
  await visitor.connects();
  await visitor.close();
  site.stop();
  await server.stop();
});
