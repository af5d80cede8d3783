import type { Locator, Page } from "playwright-core";

/** What a visitor of the page does, by what stands on it for everybody to read. */
export type Visitor = {
  readonly page: Page;
  readonly log: Locator;
  /** The latest message with these words. */
  message(words: string | RegExp): Locator;
  /** Becomes somebody of the server that is shown. */
  be(name: string): Promise<void>;
  goTo(channel: string): Promise<void>;
  goToServer(name: string): Promise<void>;
  /** Types into the composer, key by key. */
  types(text: string): Promise<void>;
  presses(key: string): Promise<void>;
};

export function visitorOf(page: Page): Visitor {
  const log = page.getByRole("log");
  return {
    page,
    log,
    message: (words) => log.getByRole("article").filter({ hasText: words }).last(),
    async be(name) {
      const chooser = page.getByLabel("You are");
      const label = await chooser.locator("option", { hasText: new RegExp(`^${name}( |$)`) }).textContent();
      await chooser.selectOption({ label: label ?? name });
      await page.getByRole("button", { name: new RegExp(`^${name}.*You$`) }).waitFor();
    },
    async goTo(channel) {
      const button = page.getByRole("navigation", { name: "Channels" }).getByRole("button", { name: channel });
      await button.click();
      await page.getByRole("log", { name: new RegExp(`^Messages in .*${channel}`) }).waitFor();
      await button.and(page.locator("[aria-current=page]")).waitFor();
    },
    async goToServer(name) {
      await page.getByRole("navigation", { name: "Servers" }).getByRole("button", { name }).click();
      await page.getByRole("heading", { level: 2, name }).waitFor();
    },
    async types(text) {
      await page.getByRole("textbox", { name: /^Message / }).click();
      await page.keyboard.type(text);
    },
    presses: (key) => page.keyboard.press(key),
  };
}
