// Keyboard only: the sandbox, then the introspection of its token, with focus and announcements.
import { alive, createKey, expect, test } from "../support/console.ts";

test("a token is made, copied and read by keyboard alone", async ({ admin: page, server }) => {
  await createKey(page, server);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo("Generate Token");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Your sandbox token" })).toBeFocused();
  await tabTo("Copy");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Copied")).toBeVisible();
  await tabTo("Introspect");
  await page.keyboard.press("Enter");
  await expect(page.locator("#introspection-result")).toBeFocused();
  await expect(page.locator("#introspection-result")).toMatchAriaSnapshot(`
    - paragraph: Valid
    - paragraph: /Valid for \\d+ more minutes\\./
    - heading "Checks in their order"
    - list:
      - listitem:
        - text: Passed
        - paragraph: Is it a whole token?
    - heading "User Information"
    - term: distinctId
    - definition: sandbox-viewer
  `);
  // Moves back to the site field, fills it in, and sends the form with Enter.
  for (let step = 0; step < 3; step++) await page.keyboard.press("Shift+Tab");
  await tabTo("As seen from this site");
  await page.keyboard.insertText("https://nowhere.example");
  await page.keyboard.press("Enter");
  await expect(page.locator("#introspection-result")).toContainText("https://nowhere.example is not listed.");
  await expect(page.locator("#introspection-result")).toBeFocused();

  async function tabTo(name: string): Promise<void> {
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press("Tab");
      const text = await page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement | null;
        return (element?.labels?.[0] ?? element)?.textContent?.trim();
      });
      if (text === name) return;
    }
    throw new Error(`${name} cannot be reached by Tab`);
  }
});

test("a refusal takes the focus and leads to its field", async ({ admin: page }) => {
  await alive(page);
  const attributes = page.getByRole("region", { name: "Token Attributes" });
  await attributes.getByRole("button", { name: "Add an attribute" }).click();
  await expect(attributes.getByLabel("Name")).toBeFocused();
  await page.keyboard.insertText("role");
  await attributes.getByRole("button", { name: "Save changes" }).press("Enter");
  await expect(page.locator("#attributes-feedback")).toBeFocused();
  await expect(attributes.getByRole("status")).toContainText("This name has a meaning of its own in every token");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(attributes.getByLabel("Name")).toBeFocused();
  await expect(attributes.getByLabel("Name")).toHaveValue("role");
});
