// Visual checks in both themes, narrow and wide: nothing is wider than the screen, and axe finds no violation when wide and light
// or narrow and dark. With SCREENSHOTS set, each check also saves a picture.
import { expect, type Page } from "@playwright/test";
import { accessible } from "./console.ts";

const sizes = [{ width: 360, height: 800 }, { width: 1280, height: 900 }];
const themes = ["light", "dark"] as const;
const folder = process.env.SCREENSHOTS;

export async function everySize(page: Page, name: string, part?: string): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const size of sizes) {
      await page.setViewportSize(size);
      await notWider(page, name);
      // Colours depend on the theme and layout on the size, so axe needs to check each theme and each size once.
      if ((colorScheme === "light") === (size.width > 800)) await accessible(page, part);
      if (folder) {
        const path = `${folder}/${name}-${colorScheme}-${size.width}.png`;
        await (part ? page.locator(part).screenshot({ path }) : page.screenshot({ path, fullPage: true }));
      }
    }
  }
}

export async function notWider(page: Page, name: string): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, `${name} is wider than the screen`).toBeLessThanOrEqual(0);
}

/** Checks one state of a section: every size, and its accessibility tree against the kept snapshot. */
export async function state(page: Page, name: string, part: string): Promise<void> {
  await everySize(page, name, part);
  await expect(page.locator(part)).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
}
