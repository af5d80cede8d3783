import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StorageUnavailable } from "../src/storage/unavailable.ts";
import { createChecks } from "./demo/checks.ts";
import { makeDatabase, NoDemoDatabase } from "./demo/database.ts";
import { guessNextDoor, settleIn } from "./demo/neighbours.ts";
import { painter } from "./demo/paint.ts";
import { play } from "./demo/prompt.ts";
import { createStage } from "./demo/stage.ts";
import { tellStory } from "./demo/story.ts";
import { createTranscript } from "./demo/transcript.ts";
import { aWireListing } from "./openrouter/catalogues.ts";
import type { BotKeeper } from "./playground/bot-keeper.ts";
import { buildScene } from "./playground/scene.ts";
import { type Playground, startPlayground } from "./playground/server.ts";

/*
 * The demo: a small Discord and a small OpenRouter on 127.0.0.1 and the real bot between them play 11 to 18 March 2026,
 * when Hunter Alpha was listed and everybody took it for DeepSeek's. Then it is the reader's turn.
 */

const usage = `npm run demo              plays the story, then lets you play, here and in a page on this machine
npm run demo -- --once    plays the story and ends; the exit code is 1 if anything in it was wrong

With DATABASE_URL the bot runs on that PostgreSQL server, in a database of its own that is dropped at the end.
NO_COLOR is respected.`;

const wishes = process.argv.slice(2);
if (wishes.some((wish) => wish !== "--once")) {
  console.log(usage);
  process.exit(wishes.every((wish) => ["--help", "-h", "--once"].includes(wish)) ? 0 : 2);
}
const once = wishes.includes("--once");
const paint = painter(process.stdout.isTTY === true, process.env);
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());

let exitCode = 1;
let endsWell = true;
try {
  exitCode = await demo();
} catch (error) {
  if (stopping.signal.aborted) exitCode = 130;
  else if (error instanceof NoDemoDatabase || error instanceof StorageUnavailable) console.error(error.message);
  else console.error(error);
}
process.exit(endsWell ? exitCode : 1);

/** Performs the story, and once more whenever somebody in the page wants that. */
async function demo(): Promise<number> {
  const playground = once ? null : await startPlayground();
  if (playground) console.log(`The page: ${playground.url}\n`);
  for (let isFirst = true; ; isFirst = false) {
    const again = new AbortController();
    /** Newest last; they end the other way round. */
    const endings: (() => Promise<unknown>)[] = [];
    try {
      const exitCode = await perform({ playground, isFirst, again, endings });
      if (!again.signal.aborted || stopping.signal.aborted) return exitCode;
    } catch (error) {
      if (!again.signal.aborted || stopping.signal.aborted) throw error;
    } finally {
      playground?.show(null);
      for (const end of endings.reverse()) {
        await end().catch((error: unknown) => {
          console.error(error);
          endsWell = false;
        });
      }
    }
    console.log("\nOnce more from the beginning.\n");
  }
}

type Performance = {
  readonly playground: Playground | null;
  /** The first time it plays by itself; whoever starts over goes a step at a time. */
  readonly isFirst: boolean;
  readonly again: AbortController;
  readonly endings: (() => Promise<unknown>)[];
};

async function perform({ playground, isFirst, again, endings }: Performance): Promise<number> {
  const startedAtMs = performance.now();
  const signal = AbortSignal.any([stopping.signal, again.signal]);
  const scene = await buildScene({
    // Nobody reads a file as it is written.
    paceMs: !once && process.stdout.isTTY ? 400 : 0,
    signal,
    startOver: () => again.abort(),
  });
  const { discord, openRouter, cast, clock, story, bot } = scene;
  endings.push(() => scene.stop());
  if (!isFirst) story.hold();
  // Where somebody watches, models speak as fast as one reads.
  if (!once) openRouter.chat.setPace({ pieceMs: 20 });
  const { server } = cast.watch;
  const terminal = createTranscript({ server, now: clock.now, paint, write: (line) => console.log(line) });
  const transcript = story.overhear(terminal);
  const { database, said, remove } = await makeDatabase(process.env.DATABASE_URL);
  endings.splice(-1, 0, remove);
  transcript.line(`Unmask, the demo. Discord and OpenRouter are small ones on this machine, the bot is the real one.`);
  transcript.line(paint("dim", `Discord ${discord.apiUrl} · OpenRouter ${openRouter.baseUrl} · ${said}`));

  const dataDir = mkdtempSync(join(tmpdir(), "unmask-demo-files-"));
  // Also when the process ends in a way nobody planned.
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  await scene.startBot({ database, dataDir });
  playground?.show(scene);
  await settleIn(scene.neighbours);
  // What goes on next door has no part in the story.
  if (!once) guessNextDoor(scene.neighbours).catch(() => undefined);
  const stage = createStage(transcript, () => story.pause());
  const checks = createChecks();
  try {
    await tellStory(cast, { discord, openRouter, clock, transcript, stage, checks });
  } catch (error) {
    if (!story.isDisturbed || signal.aborted) throw error;
    transcript.line(paint("yellow", `The story could not go on after what was done in the page: ${String(error)}`));
  } finally {
    transcript.catchUp();
    story.end();
  }
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const wrong = story.isDisturbed ? [] : [...checks.failed, ...wrongInLog(bot)];
  transcript.line();
  for (const each of wrong) transcript.line(paint("red", `Wrong: ${each}`));
  if (wrong.length > 0) return 1;
  const verdict = story.isDisturbed
    ? "Somebody played along, so nobody compared the story with what it should have been."
    : `The story took ${seconds} s. All ${checks.count} figures and sentences looked for are as the market's formulas and the rules have them, and Discord would have refused nothing.`;
  transcript.line(paint("dim", verdict));
  if (!playground) return 0;

  invite(playground.url);
  clock.run();
  openRouter.addListing(guestAlpha(clock.now()));
  scene.changed.announce();
  const end = await play({
    discord,
    channel: cast.watch,
    clock,
    transcript,
    stage: createStage(transcript, async () => {}),
    paint,
    input: process.stdin,
    output: process.stdout,
    signal,
  });
  if (end === "ended" && !signal.aborted) {
    transcript.line(`Nothing more comes from the input. The page stays, ${playground.url}, until this is stopped.`);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  }
  for (const each of [...wrongInLog(bot), ...discord.violations.map(({ explanation }) => explanation)]) {
    transcript.line(paint("red", `Wrong while you played: ${each}`));
  }
  return 0;

  function invite(url: string): void {
    transcript.line();
    transcript.line(
      `Your turn: the bot is still there, Healer Alpha is still open, and Guest Alpha, a model of this demo alone, is being listed. Look at ${url}, or type for any member, for example`,
    );
    transcript.line("  ann /guess model:Healer Alpha lab:Xiaomi stake:50");
    transcript.line("  ann press Raise");
    transcript.line("  cleo /ask-model model:Guest Alpha prompt:What would you do first?");
    transcript.line("  bob press Add evidence");
    transcript.line("  bob /profile");
    transcript.line(
      "  rita /settle confirm model:Healer Alpha lab:Xiaomi source:https://openrouter.ai/xiaomi/mimo-v2-omni published-at:2026-03-18 19:55",
    );
    transcript.line("  rita press Confirm");
    transcript.line("help says the rest; quit or Ctrl-C ends it.");
    transcript.line();
  }
}

/** An anonymous model for those who come after the story, when those of March 2026 can no longer be asked. */
function guestAlpha(now: Date) {
  const created = Math.floor(now.getTime() / 1000);
  return aWireListing({ id: "openrouter/guest-alpha", name: "Guest Alpha", created, context_length: 131_072 });
}

/** What the bot itself complained of. */
function wrongInLog(bot: BotKeeper): string[] {
  return bot.complaints().map((line) => `the bot's log says ${JSON.stringify(line)}`);
}
