// Settings > Embed & access for each role, with JavaScript and as plain HTML.
import { alive, createKey, expect, signIn, test } from "../support/console.ts";
import type { Page } from "@playwright/test";

const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

for (const javaScript of [true, false]) {
  test.describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled: javaScript });

    test("many sites are pasted, corrected, saved and tried", async ({ admin: page }) => {
      await alive(page, javaScript);
      const origins = region(page, "Authorized Origins");
      await origins.getByText("Paste many").click();
      await origins.getByLabel("One site a line").fill("App.example.com/dashboards\n*.github.io\nhttps://*.shop.example");
      await origins.getByRole("button", { name: "Add to the list" }).click();
      await expect(origins.getByText("2 of 3 lines became rows above.")).toBeVisible();
      await expect(origins.getByText("Anyone can get a name under github.io")).toBeVisible();
      await expect(origins.getByLabel("One site a line")).toHaveValue("*.github.io");
      await expect(origins.getByText("2 changes not saved yet")).toBeVisible();
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      await expect(origins.getByText(/^Saved 2 changes by Ada Lovelace/)).toBeVisible();
      await alive(page, javaScript);
      await origins.getByLabel("Would this site be allowed?").fill("https://eu.shop.example");
      await origins.getByRole("button", { name: "Test", exact: true }).click();
      await expect(origins.getByText("Decided by https://*.shop.example, Development.")).toBeVisible();
      await origins.getByLabel("Would this site be allowed?").fill("https://evil-app.example.com");
      await origins.getByRole("button", { name: "Test", exact: true }).click();
      await expect(origins.getByText("only looks like it")).toBeVisible();
    });

    test("two admins edit one origin, and both keep what they meant", async ({ admin: page, server, browser }) => {
      server.command(["origin", "add", "https://app.example.com"]);
      await page.goto(`${server.url}/settings/embed`);
      await alive(page, javaScript);
      const origins = region(page, "Authorized Origins");
      await origins.getByLabel("Label").first().fill("Mine");
      const other = await (await browser.newContext({ javaScriptEnabled: javaScript })).newPage();
      await signIn(other, server, "ada@example.com");
      await alive(other, javaScript);
      await region(other, "Authorized Origins").getByLabel("Label").first().fill("Theirs");
      await region(other, "Authorized Origins").getByRole("button", { name: "Save", exact: true }).click();
      await expect(other.getByText(/^Saved 1 change/)).toBeVisible();
      await other.context().close();
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      await expect(origins.getByText("Now stored: https://app.example.com, label Theirs, development.")).toBeVisible();
      await expect(origins.getByLabel("Label").first()).toHaveValue("Mine");
      await origins.getByRole("button", { name: "Use theirs" }).click();
      await expect(origins.getByLabel("Label").first()).toHaveValue("Theirs");
      await origins.getByLabel("Label").first().fill("Both");
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      await expect(origins.getByText(/^Saved 1 change/)).toBeVisible();
    });

    test("attributes come from a sample, and removing one asks first", async ({ admin: page }) => {
      await alive(page, javaScript);
      const attributes = region(page, "Token Attributes");
      await attributes.getByText("Import from a sample").click();
      await attributes.getByLabel("A sample of what your backend would send").fill('{"region": "North", "tier": 3, "shop": {"id": 1}}');
      await attributes.getByRole("button", { name: "Add these attributes" }).click();
      await expect(attributes.getByText("2 attributes were added below.")).toBeVisible();
      await expect(attributes.getByText("An attribute cannot be an object")).toBeVisible();
      await expect(attributes.getByLabel("Type").last()).toHaveValue("Integer");
      await attributes.getByRole("button", { name: "Save changes" }).click();
      await expect(attributes.getByText(/^Saved 2 changes/)).toBeVisible();
      await alive(page, javaScript);
      await attributes.getByRole("group", { name: "Attribute tier" }).getByLabel("Remove").check();
      await attributes.getByRole("button", { name: "Save changes" }).click();
      await expect(attributes.getByText("No active key has sent tier")).toBeVisible();
      await attributes.getByRole("button", { name: "Keep editing" }).click();
      await expect(attributes.getByText("No active key has sent tier")).toHaveCount(0);
      await attributes.getByRole("button", { name: "Save changes" }).click();
      await attributes.getByRole("button", { name: "Remove tier and save" }).click();
      await expect(attributes.getByText(/^Saved 1 change/)).toBeVisible();
      await expect(attributes.getByRole("group", { name: "Attribute tier" })).toHaveCount(0);
    });

    test("migration mode is turned on for a day and off again", async ({ admin: page }) => {
      const attributes = region(page, "Token Attributes");
      await attributes.getByText("Migration mode is off").click();
      await attributes.getByLabel("Leave out undeclared attributes until").fill("2020-01-01");
      await attributes.getByRole("button", { name: "Turn on migration mode" }).click();
      await expect(attributes.getByRole("link", { name: /Choose a day from today/ })).toBeVisible();
      await attributes.getByLabel("Leave out undeclared attributes until").fill(new Date(Date.now() + 864e5).toISOString().slice(0, 10));
      await attributes.getByRole("button", { name: "Turn on migration mode" }).click();
      await expect(attributes.getByText(/^Migration mode is on until the end of/)).toBeVisible();
      await attributes.getByRole("button", { name: "Turn off migration mode" }).click();
      await expect(attributes.getByText("Migration mode is off")).toBeVisible();
    });

    test("an Explorer gets a token in three clicks, as a persona others prepared", async ({ admin: page, server, browser }) => {
      await createKey(page, server, javaScript);
      await page.getByRole("button", { name: "Open for the sandbox Production backend" }).click();
      await expect(page.getByText("Open for the sandbox", { exact: true }).first()).toBeVisible();
      server.command(["attribute", "add", "region", "String", "--required"]);
      await page.goto(`${server.url}/settings/embed`);
      await alive(page, javaScript);
      const sandbox = region(page, "Token Generation Sandbox");
      await sandbox.getByLabel("distinctId").fill("paris-rep");
      await sandbox.getByLabel("region (required)").fill("Paris");
      await sandbox.locator("summary", { hasText: "Save as persona" }).click();
      await sandbox.getByLabel("Name of the persona").fill("Paris sales rep");
      await sandbox.getByLabel("Shared with the organization").check();
      await sandbox.getByRole("button", { name: "Save as persona" }).click();
      await expect(sandbox.getByText("Saved the persona Paris sales rep.")).toBeVisible();
      server.addPerson("eve@example.com", "explorer");
      const eve = await (await browser.newContext({ javaScriptEnabled: javaScript })).newPage();
      await signIn(eve, server, "eve@example.com");
      await alive(eve, javaScript);
      const theirs = region(eve, "Token Generation Sandbox");
      await expect(theirs.getByLabel("Persona")).toHaveValue(/.+/);
      // After she has signed in, one click is left.
      await theirs.getByRole("button", { name: "Generate Token" }).click();
      await expect(theirs.getByRole("heading", { name: "Your sandbox token" })).toBeVisible();
      await expect(theirs.locator(".result")).toContainText("paris-rep");
      await expect(theirs.locator(".result")).toContainText("Paris");
      await eve.context().close();
    });

    test("the result leads on to what it says, and to the snippets with it in place", async ({ admin: page, server }) => {
      await createKey(page, server, javaScript);
      await page.goto(`${server.url}/settings/embed`);
      await alive(page, javaScript);
      const sandbox = region(page, "Token Generation Sandbox");
      await expect(page.locator("#snippets")).toContainText("Auth-Token");
      await sandbox.getByLabel("The AI assistant").check();
      if (!javaScript) await sandbox.getByRole("button", { name: "Set its permissions" }).click();
      await expect(sandbox.getByLabel("AI assistant: ask")).toBeChecked();
      await sandbox.getByRole("button", { name: "Generate Token" }).click();
      const token = await sandbox.getByRole("textbox", { name: "Token", exact: true }).inputValue();
      const html = page.locator("#snippet-html-html-text");
      await expect(html).toContainText(token);
      await expect(html).toContainText("<tc-ai-assistant");
      await expect(html).toContainText("></tc-ai-assistant>");
      const node = page.locator("#snippet-node-mjs-text");
      await page.locator("#snippets").getByText("Node", { exact: true }).click();
      await expect(node).toBeVisible();
      await expect(node).toContainText('"ai": ["can_query"]');
      await sandbox.getByRole("button", { name: "Introspect" }).click();
      const introspection = region(page, "Token Introspection");
      await expect(introspection.getByText(/^Valid for \d+ more minutes\.$/)).toBeVisible();
      await expect(introspection.getByLabel("JWT Token")).toHaveValue(token);
      await introspection.getByRole("link", { name: "link with its id only" }).click();
      await expect(introspection.getByText(/by its record\.$/)).toBeVisible();
      expect(page.url()).not.toContain(token.slice(0, 20));
    });
  });
}

test("the page speaks while one types", async ({ admin: page, server }) => {
  server.command(["attribute", "add", "tier", "Integer"]);
  await createKey(page, server);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  const origins = region(page, "Authorized Origins");
  await origins.getByLabel("Origin", { exact: true }).last().pressSequentially("CodePen.io/x");
  await expect(origins.getByText("Will be listed as https://codepen.io.")).toBeVisible();
  await origins.getByRole("button", { name: "Add https://cdpn.io" }).click();
  await expect(origins.getByLabel("Origin", { exact: true }).last()).toHaveValue("https://cdpn.io");
  await expect(origins.getByText("2 changes not saved yet")).toBeVisible();
  const sandbox = region(page, "Token Generation Sandbox");
  await sandbox.getByLabel("aiContextClues").fill("🦜é");
  await expect(sandbox.getByText("2 of 2000 characters")).toBeVisible();
  await sandbox.getByLabel("tier").fill("three");
  await expect(sandbox.getByText("tier must be a whole number")).toBeVisible();
  await sandbox.getByLabel("tier").fill("3");
  await expect(sandbox.getByText("A backend that sends this gets a token.")).toBeVisible();
  await expect(page.locator("#request-body")).toContainText('"tier": 3');
  await expect(page.locator("#snippet-go-go-text")).toContainText('"tier": 3');
  // The result mentions unsaved changes in the sections above.
  const attributes = region(page, "Token Attributes");
  await attributes.getByRole("button", { name: "Add an attribute" }).click();
  await expect(attributes.getByLabel("Name").last()).toBeFocused();
  await attributes.getByLabel("Name").last().fill("department");
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  await expect(sandbox.getByText("Not saved yet under Token Attributes: department.")).toBeVisible();
  await expect(sandbox.getByText(/^Expires in 59 min \d\d s$/)).toBeVisible();
  // After saving, the sandbox shows the new attribute at once and keeps the text that was typed.
  await attributes.getByRole("button", { name: "Save changes" }).click();
  await expect(sandbox.getByLabel("department")).toBeVisible();
  await expect(sandbox.getByLabel("tier")).toHaveValue("3");
});

test("leaving with something unsaved is asked about, and with nothing it is not", async ({ admin: page, server }) => {
  await alive(page);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    return dialog.accept();
  });
  await page.goto(`${server.url}/account`);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  await region(page, "Authorized Origins").getByLabel("Origin", { exact: true }).last().pressSequentially("https://a.test");
  await page.goto(`${server.url}/account`);
  expect(asked).toEqual(["beforeunload"]);
});

test("a sign-in that ended costs nothing that was typed", async ({ admin: page, server, context }) => {
  await alive(page);
  const origins = region(page, "Authorized Origins");
  await origins.getByLabel("Origin", { exact: true }).last().fill("https://typed.test");
  await context.clearCookies();
  await origins.getByRole("button", { name: "Save", exact: true }).click();
  await expect(origins.getByRole("link", { name: /Sign in in a new tab/ })).toBeVisible();
  await expect(page).toHaveTitle(/^Error: /);
  const [other] = await Promise.all([context.waitForEvent("page"), origins.getByRole("link", { name: /Sign in in a new tab/ }).click()]);
  await signIn(other, server, "ada@example.com");
  await other.close();
  await origins.getByRole("button", { name: "Save", exact: true }).click();
  await expect(origins.getByText(/^Saved 1 change/)).toBeVisible();
  await expect(page).not.toHaveTitle(/^Error: /);
});

test("a key is chosen or pasted, a persona that is chosen fills the form, and Enter keeps it", async ({ admin: page, server }) => {
  await createKey(page, server);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  const sandbox = region(page, "Token Generation Sandbox");
  await sandbox.getByLabel("API key").fill("perch_sk_x");
  await expect(sandbox.getByLabel("Key to use")).toHaveValue("");
  await sandbox.getByLabel("Key to use").selectOption("Production backend");
  await expect(sandbox.getByLabel("API key")).toHaveValue("");
  await sandbox.getByLabel("distinctId").fill("paris");
  await sandbox.locator("summary", { hasText: "Save as persona" }).click();
  await sandbox.getByLabel("Name of the persona").fill("Paris");
  await sandbox.getByLabel("Name of the persona").press("Enter");
  await expect(sandbox.getByText("Saved the persona Paris.")).toBeVisible();
  await sandbox.getByLabel("distinctId").fill("other");
  await sandbox.getByLabel("Persona", { exact: true }).selectOption("None");
  await sandbox.getByLabel("Persona", { exact: true }).selectOption("Paris");
  await expect(sandbox.getByLabel("distinctId")).toHaveValue("paris");
});

test("an API key pasted as a token is offered to be revoked", async ({ admin: page, server }) => {
  const key = await createKey(page, server);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  const introspection = region(page, "Token Introspection");
  await introspection.getByLabel("JWT Token").fill(`"${key}"`);
  await introspection.getByRole("button", { name: "Introspect Token" }).click();
  await expect(introspection.getByText("This is an API key, not a token.")).toBeVisible();
  await expect(introspection.getByLabel("JWT Token")).toHaveValue("");
  await introspection.getByRole("link", { name: "Revoke this key" }).click();
  await expect(page.getByRole("heading", { name: /Revoke/ })).toBeVisible();
});
