import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { createChecks } from "../../sandbox/demo/checks.ts";
import { makeDatabase } from "../../sandbox/demo/database.ts";
import { settleIn } from "../../sandbox/demo/neighbours.ts";
import { createStage } from "../../sandbox/demo/stage.ts";
import { tellStory } from "../../sandbox/demo/story.ts";
import { createTranscript } from "../../sandbox/demo/transcript.ts";
import { buildScene } from "../../sandbox/playground/scene.ts";
import { startPlayground } from "../../sandbox/playground/server.ts";
import { openPage, theBrowser } from "../support/browser.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

/*
 * npm run screenshots: tells the story, looks at it in the real page with a real browser, and puts the pictures of the
 * README into sandbox/pictures.
 */

const folder = join(import.meta.dirname, "../../sandbox/pictures");
mkdirSync(folder, { recursive: true });

const dataDir = mkdtempSync(join(tmpdir(), "unmask-screenshots-"));
const [scene, playground, { database, remove }] = await Promise.all([
  buildScene({ paceMs: 0, signal: new AbortController().signal }),
  startPlayground({ port: 0 }),
  makeDatabase(undefined),
]);
try {
  await scene.startBot({ database, dataDir });
  await settleIn(scene.neighbours);
  const { discord, openRouter, cast, clock } = scene;
  const { server } = cast.watch;
  const quiet = createTranscript({ server, now: clock.now, paint: (_, text) => text, write: () => {} });
  const transcript = scene.story.overhear(quiet);
  const checks = createChecks();
  const stage = createStage(transcript, () => scene.story.pause());
  await tellStory(cast, { discord, openRouter, clock, transcript, stage, checks });
  if (checks.failed.length > 0) throw new Error(`The story is not as it should be:\n${checks.failed.join("\n")}`);
  scene.story.end();
  playground.show(scene);
  const { page } = await openPage(playground.url, { width: 1120, height: 720 });
  await takePictures(visitorOf(page));
} finally {
  await (await theBrowser()).close();
  await playground.close();
  await scene.stop();
  await remove();
  rmSync(dataDir, { recursive: true, force: true });
}

async function takePictures(visitor: Visitor): Promise<void> {
  const { be, goTo, types, presses, message, page } = visitor;
  await be("Bob");
  await goTo("stealth-models");
  const announcement = message("New anonymous model: Hunter Alpha");
  await announcement.scrollIntoViewIfNeeded();
  await page.screenshot({ path: pathOf("announcement"), animations: "disabled" });
  await picture("receipt", message("Hunter Alpha: you say DeepSeek built it"));
  await picture("settlement", message("Hunter Alpha is settled"));
  await picture("board", message(/1\. Cleo/));
  await types("/evidence list model:Hunter Alpha");
  await page.getByRole("option", { name: "Hunter Alpha" }).waitFor();
  await presses("Tab");
  await presses("Enter");
  await picture("evidence-board", message("Token counts of forty sentences"));
}

/** A message as wide as the channel, with the name of who said it. */
async function picture(name: string, message: Locator): Promise<void> {
  await message.evaluate((shown) => shown.classList.remove("message-is-grouped"));
  await message.scrollIntoViewIfNeeded();
  await message.screenshot({ path: pathOf(name), animations: "disabled" });
}

function pathOf(name: string): string {
  console.log(`sandbox/pictures/${name}.png`);
  return join(folder, `${name}.png`);
}
