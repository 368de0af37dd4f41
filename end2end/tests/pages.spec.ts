// Every page in both themes, narrow and wide: axe finds no violation and nothing is wider than the screen.
import { alive, createKey, expect, signIn, test } from "../support/console.ts";
import { everySize } from "../support/looks.ts";

test("pages for everybody", async ({ page, server }) => {
  for (const [name, path] of [["setup", server.setupLink], ["setup-ended", `${server.url}/setup/x`], ["sign-in", `${server.url}/sign-in`], ["errors", `${server.url}/docs/errors`], ["not-found", `${server.url}/nothing`]] as const) {
    await page.goto(path);
    await everySize(page, name);
  }
});

test("the console with something in it", async ({ admin: page, server }) => {
  const key = await createKey(page, server);
  server.command(["origin", "add", "https://*.a-rather-long-name-for-a-customer.example.com:8443"]);
  server.command(["attribute", "add", "region", "String", "--required"]);
  server.command(["attribute", "add", "brands", "String", "--list"]);
  server.command(["attribute", "add", "premium", "Boolean"]);
  await everySize(page, "account");
  await page.getByRole("link", { name: "Revoke Production backend" }).click();
  await everySize(page, "revoke");
  await page.goto(`${server.url}/account`);
  await page.getByRole("link", { name: "Change password" }).click();
  await everySize(page, "password");
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("link", { name: "Enter your current password." })).toBeVisible();
  await everySize(page, "password-refused");
  await page.goto(`${server.url}/account/keys/new`);
  await alive(page);
  await page.getByRole("button", { name: "Create API Key" }).click();
  await expect(page.locator(".notice.danger")).toBeVisible();
  await everySize(page, "new-key-refused");
  await page.getByLabel("Name", { exact: true }).fill("Second");
  await page.getByRole("button", { name: "Create API Key" }).click();
  await everySize(page, "new-key-shown");
  await page.goto(`${server.url}/settings/embed`);
  await alive(page);
  await everySize(page, "embed");
  const sandbox = page.getByRole("region", { name: "Token Generation Sandbox" });
  await sandbox.getByLabel("API key").fill(key);
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  await expect(sandbox.getByRole("link", { name: /region is required/ })).toBeVisible();
  await everySize(page, "sandbox-refused");
  await sandbox.getByLabel("region").fill("North");
  await sandbox.getByRole("button", { name: "Generate Token" }).click();
  const token = await sandbox.getByRole("textbox", { name: "Token", exact: true }).inputValue();
  await page.getByLabel("JWT Token").fill(`${token}x`);
  await page.getByRole("button", { name: "Introspect Token" }).click();
  await expect(page.locator("#introspection-result")).toBeVisible();
  await everySize(page, "token-made-and-refused");
});

test("the console for those who may not edit", async ({ page, server }) => {
  server.addPerson("ada@example.com", "admin");
  server.command(["origin", "add", "https://app.example.com"]);
  server.addPerson("eve@example.com", "explorer");
  const link = new URL(server.command(["setup-link", "--email", "eve@example.com"]).link);
  await page.goto(`${server.url}${link.pathname}`);
  await everySize(page, "sign-in-link");
  await signIn(page, server, "eve@example.com");
  await alive(page);
  await everySize(page, "explorer");
});
