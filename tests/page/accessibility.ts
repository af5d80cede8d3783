import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Found = {
  readonly violations: { readonly id: string; readonly help: string; readonly nodes: { readonly html: string }[] }[];
};

/** What would keep somebody from using the page, by axe's rules for WCAG 2.1 A and AA and its own best practices. */
export async function seriousTroubles(page: Page): Promise<string[]> {
  // The page's policy forbids other scripts; the browser's own tools may still run one.
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run(document)")) as Found;
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`),
  );
}
