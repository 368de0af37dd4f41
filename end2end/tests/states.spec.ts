// Every section of Settings > Embed & access in each state: screenshots, accessibility tree, axe.
import type { Page } from "@playwright/test";
import { accessible, alive, createKey, expect, signIn, test } from "../support/console.ts";
import { everySize, notWider, state } from "../support/looks.ts";
import type { Server } from "../support/server.ts";

const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const origins = (page: Page) => region(page, "Authorized Origins");
const attributes = (page: Page) => region(page, "Token Attributes");
const sandbox = (page: Page) => region(page, "Token Generation Sandbox");
const introspection = (page: Page) => region(page, "Token Introspection");

async function open(page: Page, server: Server, query = ""): Promise<void> {
  await page.goto(`${server.url}/settings/embed${query}`);
  await alive(page);
}

test("nothing is there yet", async ({ admin: page, server }) => {
  await open(page, server);
  await state(page, "first-steps", "#first-steps");
  await state(page, "origins-empty", "#origins");
  await state(page, "attributes-empty", "#attributes");
  await state(page, "sandbox-without-key", "#sandbox");
  await state(page, "introspection-empty", "#introspection");
});

test("origins: at rest, refused, pasted, tried", async ({ admin: page, server }) => {
  for (const site of ["https://app.example.com", "https://*.shop.example", "capacitor://localhost", "http://localhost:5173"]) server.command(["origin", "add", site]);
  await open(page, server);
  await state(page, "origins", "#origins");
  await origins(page).getByLabel("Origin", { exact: true }).last().fill("http://example.com");
  await origins(page).getByLabel("Label").first().fill("x".repeat(61));
  await origins(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.locator("#origins-feedback")).toBeFocused();
  await state(page, "origins-refused", "#origins");
  await open(page, server);
  await origins(page).getByText("Paste many").click();
  await origins(page).getByLabel("One site a line").fill("a.test/x\n*.co.uk\nhttps://app.example.com\ncodepen.io");
  await origins(page).getByRole("button", { name: "Add to the list" }).click();
  await expect(page.locator("#paste-result")).toBeFocused();
  await origins(page).getByLabel("Would this site be allowed?").fill("https://a.b.shop.example");
  await origins(page).getByRole("button", { name: "Test", exact: true }).click();
  await expect(origins(page).getByText("a wildcard stands for one label")).toBeVisible();
  await state(page, "origins-pasted", "#origins");
});

test("attributes: at rest, asked about, from a sample, migrating", async ({ admin: page, server }) => {
  server.command(["attribute", "add", "region", "String", "--required"]);
  server.command(["attribute", "add", "brands", "String", "--list"]);
  const { key } = server.command(["key", "create", "--name", "Backend"]);
  const mint = (sent: object) =>
    fetch(`${server.url}/embed/generate-token`, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: JSON.stringify({ user: { distinctId: "u", role: "explorer", attributes: { region: "N", ...sent } } }),
    });
  expect((await mint({})).status).toBe(200);
  await open(page, server);
  await attributes(page).getByText("Migration mode is off").click();
  await attributes(page).getByLabel("Leave out undeclared attributes until").fill(new Date(Date.now() + 864e5).toISOString().slice(0, 10));
  await attributes(page).getByRole("button", { name: "Turn on migration mode" }).click();
  await expect(attributes(page).getByText(/^Migration mode is on/)).toBeVisible();
  expect((await mint({ colour: "red", "9x": 1 })).status).toBe(200);
  await open(page, server);
  await state(page, "attributes-migrating", "#attributes");
  await attributes(page).getByLabel("Name").first().fill("area");
  await attributes(page).getByRole("button", { name: "Save changes" }).click();
  await expect(attributes(page).getByText("Sent by Backend (2 tokens")).toBeVisible();
  await state(page, "attributes-asked", "#attributes");
  await open(page, server);
  await attributes(page).getByText("Import from a sample").click();
  await attributes(page).getByLabel("A sample of what your backend would send").fill('{"brands": [1], "since": "2026-01-01", "shop": {}}');
  await attributes(page).getByRole("button", { name: "Add these attributes" }).click();
  await expect(attributes(page).getByText("1 attribute was added below.")).toBeVisible();
  await state(page, "attributes-sampled", "#attributes");
  await attributes(page).getByLabel("Name").last().fill("role");
  await attributes(page).getByRole("button", { name: "Save changes" }).click();
  await expect(attributes(page).getByRole("link", { name: /meaning of its own/ })).toBeVisible();
  await state(page, "attributes-refused", "#attributes");
});

test("sandbox: ready, refused, with personas, with a token; the token explained", async ({ admin: page, server }) => {
  await createKey(page, server);
  server.command(["attribute", "add", "region", "String", "--required"]);
  server.command(["attribute", "add", "brands", "String", "--list"]);
  server.command(["attribute", "add", "premium", "Boolean"]);
  await open(page, server);
  await state(page, "sandbox-ready", "#sandbox");
  await sandbox(page).getByRole("button", { name: "Generate Token" }).click();
  await expect(page.locator("#sandbox-feedback")).toBeFocused();
  await state(page, "sandbox-refused", "#sandbox");
  await sandbox(page).getByLabel("region (required)").fill("North");
  await sandbox(page).locator("summary", { hasText: "Save as persona" }).click();
  await sandbox(page).getByLabel("Name of the persona").fill("Paris sales rep");
  await sandbox(page).getByRole("button", { name: "Save as persona" }).click();
  await expect(page.locator("#sandbox-feedback")).toBeFocused();
  await sandbox(page).getByRole("button", { name: "Delete Paris sales rep" }).click();
  await expect(sandbox(page).getByText("Nobody else uses it.")).toBeVisible();
  await state(page, "sandbox-personas", "#sandbox");
  await sandbox(page).getByRole("button", { name: "Generate Token" }).click();
  await expect(page.locator("#sandbox-result")).toBeFocused();
  await everySize(page, "sandbox-token", "#sandbox");
  await everySize(page, "snippets", "#snippets");
  const token = await sandbox(page).getByRole("textbox", { name: "Token", exact: true }).inputValue();
  const read = async (text: string, site = "") => {
    await introspection(page).getByLabel("JWT Token").fill(text);
    await introspection(page).getByLabel("As seen from this site").fill(site);
    await introspection(page).getByRole("button", { name: "Introspect Token" }).click();
    await expect(page.locator("#introspection-result")).toBeFocused();
  };
  await read(token);
  await everySize(page, "introspection-valid", "#introspection");
  await read(token, "https://app.example.com");
  await everySize(page, "introspection-site-refused", "#introspection");
  await read(token.slice(0, -5));
  await state(page, "introspection-cut", "#introspection-result");
});

test("people who cannot edit see less and start at the sandbox", async ({ page, server }) => {
  server.addPerson("ada@example.com", "admin");
  server.command(["origin", "add", "https://app.example.com"]);
  server.command(["attribute", "add", "region", "String"]);
  server.addPerson("eve@example.com", "explorer");
  await signIn(page, server, "eve@example.com");
  await alive(page);
  await state(page, "explorer-origins", "#origins");
  await state(page, "explorer-attributes", "#attributes");
  await state(page, "explorer-sandbox", "#sandbox");
});

test("long lists, long names and hostile texts keep the page in shape", async ({ admin: page, server }) => {
  for (let at = 0; at < 12; at++) server.command(["origin", "add", `https://${"very-long-subdomain-".repeat(3)}${at}.${"customer-".repeat(5)}example.com:8443`]);
  server.command(["attribute", "add", "a".repeat(64), "String", "--list", "--required"]);
  await createKey(page, server);
  await open(page, server, "?origins-filter=0.customer");
  const hostile = `<script>alert(1)</script>‮ مرحبا بالعالم &amp; '"`;
  await origins(page).getByLabel("Label").first().fill(hostile);
  await origins(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(origins(page).getByText(/^Saved 1 change/)).toBeVisible();
  await expect(origins(page).getByLabel("Label").first()).toHaveValue(hostile);
  await sandbox(page).getByLabel("distinctId").fill(hostile);
  await sandbox(page).getByLabel(/^a{64}/).fill("x".repeat(300));
  await sandbox(page).getByRole("button", { name: "Generate Token" }).click();
  await expect(page.locator("#sandbox-result")).toBeFocused();
  await expect(sandbox(page).locator(".result")).toContainText(hostile);
  await everySize(page, "long-data");
});

test("zoomed to 200 %, on paper, and in the reader's own colours", async ({ admin: page, server }) => {
  server.command(["origin", "add", "https://app.example.com"]);
  server.command(["attribute", "add", "region", "String"]);
  await open(page, server);
  await page.setViewportSize({ width: 640, height: 450 });
  await notWider(page, "zoomed");
  await page.emulateMedia({ forcedColors: "active" });
  // In forced colours the user's settings decide the contrast.
  await accessible(page, undefined, ["color-contrast"]);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/forced-colors.png`, fullPage: true });
  await page.emulateMedia({ forcedColors: "none", media: "print" });
  await expect(page.getByRole("navigation", { name: "Areas" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Save", exact: true })).toBeHidden();
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/print.png`, fullPage: true });
});
