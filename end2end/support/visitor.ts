// A visitor of a customer's site: a separate browser, its console, and the events that components send to the page.
import { type Browser, type BrowserContext, expect, type Locator, type Page } from "@playwright/test";

/** An event that a component sent to its page. */
export type Told = { type: string; detail: Record<string, unknown> };

export class Visitor {
  readonly said: string[] = [];

  private constructor(readonly context: BrowserContext, readonly page: Page) {
    page.on("console", (message) => this.said.push(message.text()));
    page.on("pageerror", (error) => this.said.push(`uncaught: ${error.message}`));
  }

  static async of(browser: Browser): Promise<Visitor> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 900, height: 700 } });
    // Records the components' events from the start.
    await context.addInitScript(() => {
      const told: Told[] = ((window as any).told = []);
      for (const type of ["tc-ready", "tc-token-expiring", "tc-token-refreshed", "tc-viewer-changed", "tc-recovered", "tc-error"]) {
        document.addEventListener(type, (event) => told.push({ type, detail: (event as CustomEvent).detail }));
      }
    });
    return new Visitor(context, await context.newPage());
  }

  component(name = "tc-dashboard"): Locator {
    return this.page.locator(name);
  }

  /** The names of the recorded events. */
  async events(): Promise<string[]> {
    return this.page.evaluate(() => (window as any).told.map((event: Told) => event.type));
  }

  async told(type: string): Promise<Told[]> {
    return this.page.evaluate((type) => (window as any).told.filter((event: Told) => event.type === type), type);
  }

  async connects(name = "tc-dashboard"): Promise<void> {
    await expect(this.component(name).locator("[part=status]").first()).toHaveText("Connected");
  }

  async reads(text: string, name = "tc-dashboard"): Promise<void> {
    await expect(this.component(name).locator("[part=status]").first()).toHaveText(text);
  }

  /** The messages that Perch wrote to the browser's console. */
  get reports(): string[] {
    return this.said.filter((line) => line.startsWith("Perch:"));
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
