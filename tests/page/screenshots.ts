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
const announced = "New anonymous model: Hunter Alpha";
try {
  playground.show(scene);
  await scene.startBot({ database, dataDir });
  await settleIn(scene.neighbours);
  const { discord, openRouter, cast, clock } = scene;
  const { server } = cast.watch;
  const quiet = createTranscript({ server, now: clock.now, paint: (_, text) => text, write: () => {} });
  const transcript = scene.story.overhear(quiet);
  const checks = createChecks();
  let isTaken = false;
  const stage = createStage(transcript, async () => {
    // Somebody has pressed its first button, and guessed nothing yet: the odds are the first, and nothing is to come.
    if (!isTaken && cast.watch.messages().some(({ text }) => text.includes(announced))) {
      isTaken = true;
      await look(takeAnnouncement);
    }
    await scene.story.pause();
  });
  await tellStory(cast, { discord, openRouter, clock, transcript, stage, checks });
  if (checks.failed.length > 0) throw new Error(`The story is not as it should be:\n${checks.failed.join("\n")}`);
  scene.story.end();
  await look(takePictures);
} finally {
  await (await theBrowser()).close();
  await playground.close();
  await scene.stop();
  await remove();
  rmSync(dataDir, { recursive: true, force: true });
}

/** A page that is opened now, by somebody who only looks on. */
async function look(take: (visitor: Visitor) => Promise<void>): Promise<void> {
  const { page } = await openPage(playground.url, { width: 1120, height: 720 });
  const visitor = visitorOf(page);
  await visitor.be("Bob");
  await visitor.goTo("stealth-models");
  await take(visitor);
  await page.context().close();
}

async function takeAnnouncement({ message, page }: Visitor): Promise<void> {
  await message(announced).evaluate((shown) => shown.scrollIntoView({ block: "center" }));
  await page.screenshot({ path: pathOf("announcement"), animations: "disabled" });
}

async function takePictures({ types, presses, message, page }: Visitor): Promise<void> {
  await picture("receipt", message("Hunter Alpha: you say DeepSeek built it"));
  await picture("settlement", message("Hunter Alpha is settled"));
  // One that is shared answers, for everybody but who shared it, a message they cannot see, and says so above.
  await types("/leaderboard");
  await presses("Enter");
  await presses("Enter");
  await picture("board", message(/You are at/));
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
