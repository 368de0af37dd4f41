// The reference product's how-to pages, followed literally by their labels, with JavaScript and as plain HTML.
import { alive, createKey, expect, test } from "../support/console.ts";
import { password } from "../support/server.ts";

for (const javaScript of [true, false]) {
  test.describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled: javaScript });

    test("from nothing to a token that is read back", async ({ page, server }) => {
      // First run.
      await page.goto(server.setupLink);
      await page.getByLabel("Your name").fill("Ada Lovelace");
      await page.getByLabel("Organization").fill("Analytical Engines");
      await page.getByLabel("Email").fill("ada@example.com");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Create organization" }).click();
      await expect(page).toHaveURL(`${server.url}/settings/embed`);

      // "Click on your profile icon in the bottom left corner, then go to the API Keys section. Create a new API Key."
      const profile = page.locator("summary", { hasText: "AL" });
      await profile.click();
      await page.getByRole("link", { name: "Account settings" }).click();
      await expect(page.getByRole("heading", { name: "API Keys" })).toBeVisible();
      const key = await createKey(page, server, javaScript);

      // "Click on the Settings button in the main menu. Select the Embed & access tab."
      await page.getByRole("link", { name: "Settings", exact: true }).click();
      await page.getByRole("link", { name: "Embed & access" }).click();
      await alive(page, javaScript);

      // "Navigate to the Authorized Origins section. Add the URL and click Save."
      const origins = page.getByRole("region", { name: "Authorized Origins" });
      await origins.getByLabel("Origin", { exact: true }).last().fill("https://codepen.io");
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      await expect(origins.getByText(/^Saved 1 change/)).toBeVisible();
      await expect(origins.getByLabel("Origin", { exact: true }).first()).toHaveValue("https://codepen.io");

      // "In the Token Attributes section, click Add an attribute. Name region, type String. Save changes."
      await alive(page, javaScript);
      const attributes = page.getByRole("region", { name: "Token Attributes" });
      await expect(attributes.getByText("distinctId")).toBeVisible();
      await expect(attributes.getByRole("heading", { name: "Custom Attributes" })).toBeVisible();
      await attributes.getByRole("button", { name: "Add an attribute" }).click();
      await attributes.getByLabel("Name").fill("region");
      await attributes.getByLabel("Type").selectOption("String");
      await attributes.getByRole("button", { name: "Save changes" }).click();
      await expect(attributes.getByText(/^Saved 1 change/)).toBeVisible();

      // "Scroll down to the Token Generation Sandbox section. Paste your API Key. Under User Attributes, configure the
      // values for any custom attributes as well as the aiContextClues. Click Generate Token."
      await page.goto(`${server.url}/settings/embed`);
      await alive(page, javaScript);
      const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
      await sandbox.getByLabel("API key").fill(key);
      await expect(sandbox.getByRole("group", { name: "User Attributes" })).toBeVisible();
      await sandbox.getByLabel("region").fill("North");
      await sandbox.getByLabel("aiContextClues").fill("Answer briefly.");
      await sandbox.getByRole("button", { name: "Generate Token" }).click();
      const token = await sandbox.getByRole("textbox", { name: "Token", exact: true }).inputValue();
      expect(token.split(".")).toHaveLength(5);

      // "Use the Token Introspection section to view the encoded attributes and expiration timestamp."
      const introspection = page.getByRole("region", { name: "Token Introspection" });
      await introspection.getByLabel("JWT Token").fill(token);
      await introspection.getByRole("button", { name: "Introspect Token" }).click();
      const group = (name: string) => page.getByRole("region", { name: "Token Introspection" }).locator(".group", { has: page.getByRole("heading", { name }) });
      await expect(group("User Information")).toContainText("explorer");
      await expect(group("User Information")).toContainText("Answer briefly.");
      await expect(group("Custom Attributes")).toContainText("North");
      await expect(group("Permissions")).toContainText("can_view");
      await expect(group("Expiration")).toContainText(/in (1 hour|59 minutes)/);
      await expect(introspection.getByText(/^Valid for \d+ more minutes\.$/)).toBeVisible();
    });

    test("faults stand at their fields and nothing typed is lost", async ({ admin: page, server }) => {
      await alive(page, javaScript);
      const origins = page.getByRole("region", { name: "Authorized Origins" });
      await origins.getByLabel("Origin", { exact: true }).fill("http://example.com");
      await origins.getByLabel("Label").fill("Shop");
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      const link = origins.getByRole("link", { name: /use https:\/\/example\.com/ });
      await expect(link).toBeVisible();
      await expect(origins.getByLabel("Origin", { exact: true })).toHaveValue("http://example.com");
      await expect(origins.getByLabel("Origin", { exact: true })).toHaveAttribute("aria-invalid", "true");
      await expect(origins.getByLabel("Label")).toHaveValue("Shop");
      await link.click();
      await origins.getByLabel("Origin", { exact: true }).fill("https://example.com");
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      await expect(origins.getByText(/^Saved 1 change/)).toBeVisible();
      await expect(origins.locator("[aria-invalid]")).toHaveCount(0);
    });

    test("a row is removed by its box", async ({ admin: page, server }) => {
      server.command(["origin", "add", "https://old.example"]);
      await page.goto(`${server.url}/settings/embed`);
      await alive(page, javaScript);
      const origins = page.getByRole("region", { name: "Authorized Origins" });
      await origins.getByLabel("Remove").check();
      await origins.getByRole("button", { name: "Save", exact: true }).click();
      await expect(origins.getByText("Components there stop at once.")).toBeVisible();
      await origins.getByRole("button", { name: "Remove and save" }).click();
      await expect(origins.getByText("an empty list admits nobody")).toBeVisible();
    });

    test("a key is revoked after its consequence was told", async ({ admin: page, server }) => {
      await createKey(page, server, javaScript);
      await page.getByRole("link", { name: "Revoke Production backend" }).click();
      await expect(page.getByText("It has no live tokens.")).toBeVisible();
      await expect(page.getByRole("link", { name: "Cancel" })).toBeFocused();
      await page.getByRole("button", { name: "Revoke key" }).click();
      await expect(page.getByText("The key Production backend is revoked")).toBeVisible();
      await expect(page.getByRole("cell", { name: "Revoked" })).toBeVisible();
    });
  });
}
