import { type Browser, chromium, type Page } from "playwright-core";
import { describe, onTestFinished } from "vitest";
import { findChromium } from "./chromium.ts";

/** For tests in a real browser: skipped where there is none, and with CI set that counts as failed. */
export function describeInBrowser(title: string, tests: () => void): void {
  if (findChromium()) describe(title, tests);
  else describe.skip(`${title}: SKIPPED, no Chromium: install it, or set CHROMIUM to where it is`, tests);
}

/** One for all files of tests in this process: it takes longer to start than most tests do. It ends with the process. */
const shared: { unmaskBrowser?: Promise<Browser> } = globalThis as object;

export function theBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("There is no Chromium.");
  // The process has its own ways to end.
  const quietly = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  shared.unmaskBrowser ??= chromium.launch({ executablePath, ...quietly, args: ["--disable-dev-shm-usage"] });
  return shared.unmaskBrowser;
}

export type Looks = {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  /** Also when the test is over that opened it. */
  readonly keepsOpen?: boolean;
};

/** A page that nothing is known of yet, at an address; `complaints` fills with what its console says is wrong. */
export async function openPage(url: string, looks: Looks = {}): Promise<{ page: Page; complaints: string[] }> {
  const { width = 1280, height = 800, colorScheme = "dark", keepsOpen = false } = looks;
  const context = await (await theBrowser()).newContext({
    viewport: { width, height },
    colorScheme,
    locale: "en-GB",
    timezoneId: "UTC",
  });
  try {
    if (!keepsOpen) onTestFinished(() => context.close());
  } catch {
    // Not inside a test: whoever opened it closes it.
  }
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    // Whoever becomes somebody else stops listening as the one they were.
    if (new URL(request.url()).pathname === "/tidings" && request.failure()?.errorText === "net::ERR_ABORTED") return;
    complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== new URL(url).origin && !["data:", "blob:"].includes(protocol)) {
      complaints.push(`a request left the page's server: ${request.url()}`);
    }
  });
  // What serves the page may be starting a bot at the same time.
  await page.goto(url, { timeout: 60_000 });
  return { page, complaints };
}
