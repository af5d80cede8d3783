import axe from "axe-core";
import type { Page } from "playwright-core";

/** What would keep somebody from using the page, or a part of it, by axe's rules for WCAG 2.1 A and AA and its own best practices. */
export async function seriousTroubles(page: Page, within = "html"): Promise<string[]> {
  // The page's policy forbids scripts of others; the browser's own tools may run one all the same.
  await page.evaluate(axe.source);
  const { violations }: axe.AxeResults = await page.evaluate(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ["violations"] })`,
  );
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}
