import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIMessage } from "discord.js";
import type { Page } from "playwright-core";
import { pageFile } from "../../sandbox/playground/files.ts";
import { pageHeaders } from "../../sandbox/playground/guarding.ts";
import { type Looks, openPage } from "../support/browser.ts";
import { people } from "./messages.ts";

const host = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Messages</title>
<link rel="icon" href="icon.svg"><link rel="stylesheet" href="theme.css">
<link rel="stylesheet" href="message/message.css"><link rel="stylesheet" href="stage.css">
<script type="module" src="stage.js"></script>
</head>
<body><main></main></body>
</html>`;

const style =
  "body { margin: 0 0 400px; background: var(--background); font-family: sans-serif; } h1 { display: none; }";

/** What is pressed with "fails" in its id fails, with "waits" is never answered; all of it is noted. */
const script = `
import { refreshTimes, renderMessage, updateMessage } from "./message/message.ts";
const people = ${JSON.stringify(people)};
const roles = { 10: { name: "hunters", color: "#2ecc71" } };
const channels = { 20: { name: "reveals", type: 0 } };
const acts = [];
const answer = (name) => (...what) => {
  acts.push([name, ...what]);
  if (String(what[1]).includes("waits")) return new Promise(() => {});
  return String(what[1]).includes("fails") ? Promise.reject(new Error("no")) : Promise.resolve();
};
const context = (now) => ({
  now: new Date(now),
  viewer: { id: "2" },
  resolve: {
    user: (id) => people[id], role: (id) => roles[id], channel: (id) => channels[id],
    ids: (kind) => Object.keys({ user: people, role: roles, channel: channels }[kind]),
  },
  act: Object.fromEntries(
    ["press", "choose", "vote", "open", "openChannel", "dismiss"].map((name) => [name, answer(name)]),
  ),
});
const noon = "2026-03-12T15:30:00Z";
const shown = new Map();
window.stage = {
  acts,
  show(messages) {
    for (const message of messages) {
      const known = shown.get(message.id);
      if (known) updateMessage(known, message, context(noon));
      else {
        shown.set(message.id, renderMessage(message, context(noon)));
        document.querySelector("main").append(shown.get(message.id));
      }
    }
  },
  clear() {
    for (const message of shown.values()) message.remove();
    shown.clear();
    acts.length = 0;
  },
  refresh: (now) => refreshTimes(document, new Date(now)),
};
`;

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400"><rect width="640" height="400" fill="#486"/></svg>';

async function serveStage(): Promise<{ url: string; close: () => void }> {
  const own: Readonly<Record<string, readonly [string, string]>> = {
    "/": ["text/html; charset=utf-8", host],
    "/stage.css": ["text/css", style],
    "/stage.js": ["text/javascript", script],
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    const [contentType, body] = pathname.startsWith("/attachments/")
      ? ["image/svg+xml", drawing]
      : (own[pathname] ?? []);
    const file = body === undefined ? await pageFile(pathname) : null;
    response.writeHead((body ?? file) ? 200 : 404, {
      ...pageHeaders,
      "content-type": contentType ?? file?.contentType ?? "text/plain",
    });
    response.end(body ?? file?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

export type Stage = {
  readonly page: Page;
  readonly complaints: string[];
  /** Shows messages, or shows them anew. */
  show(...messages: APIMessage[]): Promise<void>;
  /** Takes all messages away, and forgets what they have asked for. */
  clear(): Promise<void>;
  /** What the messages have asked for so far. */
  acts(): Promise<unknown[][]>;
  refresh(now: string): Promise<void>;
};

type InPage = {
  stage: { acts: unknown[][]; clear(): void; show(messages: unknown): void; refresh(now: string): void };
};

/** A page with nothing on it but messages, under the page's own policy. Whoever opened it closes it. */
export async function openMessageStage(looks: Looks = {}): Promise<Stage & { close(): Promise<void> }> {
  const server = await serveStage();
  const { page, complaints } = await openPage(server.url, looks);
  await page.waitForFunction(() => "stage" in globalThis);
  return {
    page,
    complaints,
    show: (...messages) =>
      page.evaluate((all) => (globalThis as unknown as InPage).stage.show(all), messages as unknown[]),
    clear: () => page.evaluate(() => (globalThis as unknown as InPage).stage.clear()),
    acts: () => page.evaluate(() => (globalThis as unknown as InPage).stage.acts),
    refresh: (now) => page.evaluate((at) => (globalThis as unknown as InPage).stage.refresh(at), now),
    async close() {
      await page.context().close();
      server.close();
    },
  };
}
