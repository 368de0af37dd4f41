// Fixtures and helpers that every browser test shares: a server, and a page on which any console error fails the test.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";
import { password, Server } from "./server.ts";

type Fixtures = { server: Server; admin: Page };

export const test = base.extend<Fixtures & { noErrors: void }>({
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
  noErrors: [
    // The page closes before the server stops, so a lost connection is never reported as the page's error.
    async ({ page, server: _, javaScriptEnabled }, use) => {
      const errors: string[] = [];
      // The browser logs every error status; a status that the test expects does not count.
      page.on("console", (message) => {
        const expected = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
        if (message.type() === "error" && !expected) errors.push(message.text());
        // Without JavaScript the browser preloads the module and never uses it.
        const announced = !javaScriptEnabled && message.text().includes("was preloaded using link preload");
        if (message.type() === "warning" && !announced) errors.push(message.text());
      });
      page.on("pageerror", (error) => errors.push(error.message));
      await use();
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
  admin: async ({ page, server }, use) => {
    server.addPerson("ada@example.com", "admin");
    await signIn(page, server, "ada@example.com");
    await use(page);
  },
});

export { expect };

export async function signIn(page: Page, server: Server, email: string): Promise<void> {
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Embed & access" })).toBeVisible();
}

/** Waits until every form is hydrated. Without JavaScript there is nothing to wait for. */
export async function alive(page: Page, javaScript = true): Promise<void> {
  if (!javaScript) return;
  await page.waitForFunction(() => [...document.querySelectorAll("leptos-island form")].every((form) => form.hasAttribute("data-ready")));
}

/** Asserts that axe finds no violation, on the page or in one part of it. */
export async function accessible(page: Page, part?: string, without: string[] = []): Promise<void> {
  // Other tests check the content of the preview's frame on a page of its own. Here its landmarks would count twice.
  const builder = new AxeBuilder({ page }).disableRules(without).exclude("#preview");
  const { violations } = await (part ? builder.include(part) : builder).analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(" ")}`)).toEqual([]);
}

/** Creates an API key through the form and returns the secret, which is shown only once. */
export async function createKey(page: Page, server: Server, javaScript = true): Promise<string> {
  await page.goto(`${server.url}/account`);
  await page.getByRole("link", { name: "Create API Key" }).click();
  await alive(page, javaScript);
  await page.getByLabel("Name", { exact: true }).fill("Production backend");
  await page.getByRole("button", { name: "Create API Key" }).click();
  const key = await page.getByRole("textbox", { name: "API key", exact: true }).inputValue();
  expect(key).toMatch(/^perch_sk_[0-9A-Za-z]{11}_[0-9A-Za-z]{49}$/);
  await page.getByRole("link", { name: "I have stored it" }).click();
  await expect(page.getByRole("rowheader", { name: "Production backend" })).toBeVisible();
  return key;
}
