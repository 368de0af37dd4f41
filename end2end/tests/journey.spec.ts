// The reference's page "Embed a self-service dashboard editor", steps 1, 2, 7 and 8, followed word by word; and how an admin finds
// out why an embed does not work.
import { alive, createKey, expect, signIn, test } from "../support/console.ts";
import { Elsewhere, page as html, type Pages } from "../support/elsewhere.ts";
import { Visitor } from "../support/visitor.ts";

test("embed a self-service dashboard editor", async ({ admin: page, server, browser }) => {
  // 1. "Navigate to your Account settings page by clicking on your profile icon in the bottom left corner, then go to the API
  // Keys section. Create a new API Key. Copy it and store it securely."
  await page.locator("summary", { hasText: "AL" }).click();
  await page.getByRole("link", { name: "Account settings" }).click();
  const key = await createKey(page, server);

  // 2. "Navigate to Settings > Embed & access. In the Token Attributes section, click Add an attribute."
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("link", { name: "Embed & access" }).click();
  await alive(page);
  const attributes = page.getByRole("region", { name: "Token Attributes" });
  await attributes.getByRole("button", { name: "Add an attribute" }).click();
  await attributes.getByLabel("Name").fill("region");
  await attributes.getByLabel("Type").selectOption("String");
  await attributes.getByRole("button", { name: "Save changes" }).click();
  await expect(attributes.getByText(/^Saved 1 change/)).toBeVisible();

  // 7. "Scroll down to the Token Generation Sandbox section. Paste your API Key. Under User Attributes, configure the values for
  // any custom attributes as well as the aiContextClues for this token. Click Generate Token and copy the resulting string."
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByLabel("API key").fill(key);
  await sandbox.getByText("The self-service editor").click();
  await sandbox.getByLabel("region").fill("Tokyo");
  await sandbox.getByLabel("aiContextClues").fill("Answer as a pirate.");
  // 8. "Copy the web component code", before a token was generated.
  const snippet = page.locator("#snippet-html-html-text");
  await expect(snippet).toContainText('<tc-self-service-dashboard auth-token="Auth-Token"');
  const code = (await snippet.textContent())!;
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  const token = await sandbox.getByRole("textbox", { name: "Token", exact: true }).inputValue();
  // The preview already shows "the real thing", on a second origin of the server.
  await expect(page.frameLocator("#preview").locator("tc-self-service-dashboard [part=status]")).toHaveText("Connected");

  // "Locate the Authorized Origins section. Add the URL of your application and click Save."
  const pages: Pages = {};
  const site = await Elsewhere.start(pages);
  const origins = page.getByRole("region", { name: "Authorized Origins" });
  await origins.getByLabel("Origin", { exact: true }).last().fill(`${site.url}/dashboards?page=1`);
  await origins.getByRole("button", { name: "Save", exact: true }).click();
  await expect(origins.getByText(/^Saved 1 change/)).toBeVisible();

  // "Paste the code into your application's HTML. Replace the Auth-Token placeholder with your generated token."
  pages["/dashboards"] = html(code.replace("Auth-Token", token));
  const visitor = await Visitor.of(browser);
  await visitor.page.goto(`${site.url}/dashboards`);
  await visitor.connects("tc-self-service-dashboard");
  await expect(visitor.component("tc-self-service-dashboard").locator("dd").nth(2)).toHaveText("dashboards: view, edit; charts: view, edit; AI assistant: ask");
  // "Each dashboard is personal to the authenticated user": another user's token belongs to another viewer.
  expect(visitor.reports).toEqual([]);

  // The last of the first steps is now marked as done.
  await page.goto(`${server.url}/settings/embed`);
  await expect(page.getByText("All first steps are done")).toBeVisible();
  await visitor.close();
  site.stop();
});

test("an admin finds out from a visitor's screenshot, and lets the site in", async ({ admin: page, server, browser }) => {
  const key = server.key();
  const token = await server.token(key);
  const site = await Elsewhere.start({ "/": html(`<script type="module" src="${server.url}/embed/embed.js"></script><tc-dashboard auth-token="${token}"></tc-dashboard>`) });
  const visitor = await Visitor.of(browser);
  await visitor.page.goto(site.url);
  const reference = visitor.component().locator("[part=reference]");
  await expect(reference).toContainText("Reference: ");
  const id = (await reference.textContent())!.replace("Reference: ", "");

  const introspection = page.getByRole("region", { name: "Token Introspection" });
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  await introspection.getByLabel("JWT Token").fill(id);
  await introspection.getByRole("button", { name: "Introspect Token" }).click();
  await expect(introspection.getByText(`${site.url} is not listed.`).first()).toBeVisible();
  await expect(introspection.getByText("POST /embed/session")).toBeVisible();
  const refused = page.locator("#refused-lately");
  await expect(refused).toContainText("Refused lately (1)");
  await expect(refused).toContainText("1 viewer, once");
  await refused.getByRole("button", { name: "Allow this origin" }).click();
  const origins = page.getByRole("region", { name: "Authorized Origins" });
  await expect(origins.getByLabel("Origin", { exact: true }).last()).toHaveValue(site.url);
  // Nothing is added until a person confirms it.
  await visitor.page.reload();
  await visitor.reads("This content is not available on this site.");
  await origins.getByRole("button", { name: "Save", exact: true }).click();
  await expect(origins.getByText(/^Saved 1 change/)).toBeVisible();
  await expect(refused).toContainText("Refused lately: none.");
  // The visitor returns to the tab, and the component connects without being asked to.
  await visitor.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await visitor.connects();

  // The admin revokes the token on the page that found it.
  await introspection.getByLabel("JWT Token").fill(token);
  await introspection.getByRole("button", { name: "Introspect Token" }).click();
  // The result found by reference offers the same button.
  await expect(introspection.getByText("is not listed")).toHaveCount(0);
  await introspection.getByRole("button", { name: "Revoke this token" }).click();
  await expect(introspection.getByText("Whoever looks at an embed with it sees it stop")).toBeVisible();
  await visitor.connects();
  await introspection.getByRole("group").or(introspection.locator("[data-feedback]")).getByRole("button", { name: "Revoke this token" }).click();
  await expect(introspection.getByText("This token was revoked.").first()).toBeVisible();
  await visitor.reads("This view has ended. Reload the page or sign in again.");
  await visitor.close();
  site.stop();
});

for (const javaScript of [true, false]) {
  test(`tokens of a key end ${javaScript ? "with" : "without"} JavaScript`, async ({ server, browser }) => {
    server.addPerson("ada@example.com", "admin");
    const token = await server.token(server.key());
    const page = await (await browser.newContext({ javaScriptEnabled: javaScript })).newPage();
    await signIn(page, server, "ada@example.com");
    await page.goto(`${server.url}/account`);
    await page.getByRole("link", { name: "End tokens of backend" }).click();
    await expect(page.getByRole("link", { name: "Cancel" })).toBeFocused();
    await page.getByRole("button", { name: "End 1 token" }).click();
    await expect(page.getByText("The tokens of backend have ended; the key goes on.")).toBeVisible();
    const me = await fetch(`${server.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect((await me.json()).code).toBe("TOKEN_REVOKED");
    await page.context().close();
  });
}
