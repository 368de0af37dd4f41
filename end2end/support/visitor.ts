// A visitor of somebody's site: a browser of their own, what their console says, what a component tells its page.
import { type Browser, type BrowserContext, expect, type Locator, type Page } from "@playwright/test";

/** Everything a component shows: the text inside its shadow, where only the browser can look. */
export type Told = { type: string; detail: Record<string, unknown> };

export class Visitor {
  readonly said: string[] = [];

  private constructor(readonly context: BrowserContext, readonly page: Page) {
    page.on("console", (message) => this.said.push(message.text()));
    page.on("pageerror", (error) => this.said.push(`uncaught: ${error.message}`));
  }

  static async of(browser: Browser): Promise<Visitor> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 900, height: 700 } });
    // What components tell is kept from the first moment on.
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

  /** The names of the events so far. */
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

  /** What Perch wrote into the browser's console. */
  get reports(): string[] {
    return this.said.filter((line) => line.startsWith("Perch:"));
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
