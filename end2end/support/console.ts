// What every browser test shares: a server, a page on which any console error is a failure, and the console's own words.
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
    // After the server in order: what a page says once the server is gone is no fault of the page.
    async ({ page, server: _, javaScriptEnabled }, use) => {
      const errors: string[] = [];
      // The browser's own line about a status that a test expects is no error of the page.
      page.on("console", (message) => {
        const expected = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
        if (message.type() === "error" && !expected) errors.push(message.text());
        // Without JavaScript nobody comes for the module that the page announces.
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

/** Waits until every form of the page is alive; without JavaScript none ever is, and none needs to be. */
export async function alive(page: Page, javaScript = true): Promise<void> {
  if (!javaScript) return;
  await page.waitForFunction(() => [...document.querySelectorAll("leptos-island form")].every((form) => form.hasAttribute("data-ready")));
}

/** Nothing for axe to find, on the page or in one part of it. */
export async function accessible(page: Page, part?: string, without: string[] = []): Promise<void> {
  // What is in the preview's frame is looked at on pages of its own; in here its landmarks would count twice.
  const builder = new AxeBuilder({ page }).disableRules(without).exclude("#preview");
  const { violations } = await (part ? builder.include(part) : builder).analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(" ")}`)).toEqual([]);
}

/** Creates an API key by its labels and returns the secret that is shown once. */
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
