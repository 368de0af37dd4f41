// Secrets on the screen are shown once, are hard to lose and easy to copy.
import { alive, createKey, expect, test } from "../support/console.ts";

test("the dialog with a new key survives a stray key and a stray click", async ({ admin: page, server }) => {
  await page.goto(`${server.url}/account/keys/new`);
  await alive(page);
  await page.getByLabel("Name", { exact: true }).fill("Backend");
  await page.getByRole("button", { name: "Create API Key" }).click();
  const dialog = page.getByRole("dialog", { name: "Store your new API key" });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole("textbox", { name: "API key", exact: true })).toBeFocused();
  for (let press = 0; press < 3; press++) await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await expect(dialog).toBeVisible();
  await dialog.getByRole("link", { name: "I have stored it" }).click();
  await expect(page.getByRole("heading", { name: "Account settings" })).toBeVisible();
});

test("copying works where there is no clipboard API, as over plain http", async ({ admin: page, server, context }) => {
  await context.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.goto(`${server.url}/account/keys/new`);
  await alive(page);
  await page.getByLabel("Name", { exact: true }).fill("Backend");
  await page.getByRole("button", { name: "Create API Key" }).click();
  const field = page.getByRole("textbox", { name: "API key", exact: true });
  const key = await field.inputValue();
  await page.getByRole("button", { name: "Copy" }).first().click();
  await expect(page.getByText("Copied").first()).toBeVisible();
  const pasted = await page.evaluate(() => document.getSelection()?.toString() || (document.activeElement as HTMLTextAreaElement).value);
  expect(pasted).toBe(key);
});

test("a pasted key stays in its field and nowhere else", async ({ admin: page, server }) => {
  const key = await createKey(page, server);
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByLabel("API key").fill(key);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().includes("/_console/")),
    sandbox.getByRole("button", { name: "Generate Token" }).click(),
  ]);
  expect(await answer.text()).not.toContain(key);
  await expect(sandbox.getByLabel("API key")).toHaveValue(key);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.cookie]));
  expect(stored).not.toContain(key);
});
