import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { StorageUnavailable } from "../src/storage/unavailable.ts";
import { type RunningBot, startBot } from "./demo/bot.ts";
import { castOf } from "./demo/cast.ts";
import { createChecks } from "./demo/checks.ts";
import { storyClock } from "./demo/clock.ts";
import { makeDatabase, NoDemoDatabase } from "./demo/database.ts";
import { painter } from "./demo/paint.ts";
import { play } from "./demo/prompt.ts";
import { createStage } from "./demo/stage.ts";
import { storyBegins, tellStory } from "./demo/story.ts";
import { createTranscript } from "./demo/transcript.ts";
import { startDiscord } from "./discord/server.ts";
import { marchCatalogues } from "./openrouter/catalogues.ts";
import { startOpenRouter } from "./openrouter/server.ts";

/*
 * The demo: a small Discord and a small OpenRouter on 127.0.0.1 and the real bot between them play 11 to 18 March 2026,
 * when Hunter Alpha was listed and everybody took it for DeepSeek's. Then it is the reader's turn.
 */

const usage = `npm run demo              plays the story, then lets you play
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

/** Newest last; they end the other way round. */
const endings: (() => Promise<unknown>)[] = [];
let exitCode = 1;
try {
  exitCode = await demo();
} catch (error) {
  if (stopping.signal.aborted) exitCode = 130;
  else if (error instanceof NoDemoDatabase || error instanceof StorageUnavailable) console.error(error.message);
  else console.error(error);
}
for (const end of endings.reverse()) {
  await end().catch((error: unknown) => {
    console.error(error);
    exitCode = 1;
  });
}
process.exit(exitCode);

async function demo(): Promise<number> {
  const startedAtMs = performance.now();
  const clock = storyClock(storyBegins);
  const discord = await startDiscord({ now: clock.nowMs });
  endings.push(() => discord.stop());
  const openRouter = await startOpenRouter({ catalogue: marchCatalogues().before });
  endings.push(() => openRouter.close());
  const transcript = createTranscript({ discord, now: clock.now, paint, write: (line) => console.log(line) });
  const { database, said, remove } = await makeDatabase(process.env.DATABASE_URL);
  endings.push(remove);
  transcript.line(`Unmask, the demo. Discord and OpenRouter are small ones on this machine, the bot is the real one.`);
  transcript.line(paint("dim", `Discord ${discord.apiUrl} · OpenRouter ${openRouter.baseUrl} · ${said}`));

  const dataDir = mkdtempSync(join(tmpdir(), "unmask-demo-files-"));
  // Also when the process ends in a way nobody planned.
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  const cast = castOf(discord);
  const bot = await startBot({
    discord: { apiUrl: discord.apiUrl, token: discord.token },
    openRouter,
    database,
    dataDir,
    clock: clock.now,
  });
  endings.push(() => bot.stop());
  const pause = async () => {
    // Nobody reads a file as it is written.
    if (!once && process.stdout.isTTY) await wait(400, undefined, { signal: stopping.signal });
    stopping.signal.throwIfAborted();
  };
  const stage = createStage(transcript, pause);
  const checks = createChecks();
  try {
    await tellStory(cast, { discord, openRouter, clock, transcript, stage, checks });
  } finally {
    transcript.catchUp();
  }
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const wrong = [...checks.failed, ...wrongInLog(bot)];
  transcript.line();
  for (const each of wrong) transcript.line(paint("red", `Wrong: ${each}`));
  if (wrong.length > 0) return 1;
  const verdict = `The story took ${seconds} s. All ${checks.count} figures and sentences looked for are as the market's formulas and the rules have them, and Discord would have refused nothing.`;
  transcript.line(paint("dim", verdict));
  if (once) return 0;

  invite();
  clock.run();
  await play({
    discord,
    channel: cast.watch,
    clock,
    transcript,
    stage: createStage(transcript, async () => {}),
    paint,
    input: process.stdin,
    output: process.stdout,
    signal: stopping.signal,
  });
  for (const each of [...wrongInLog(bot), ...discord.violations.map(({ explanation }) => explanation)]) {
    transcript.line(paint("red", `Wrong while you played: ${each}`));
  }
  return 0;

  function invite(): void {
    transcript.line();
    transcript.line(
      "Your turn: the bot is still there, and Healer Alpha is still open. Type for any member, for example",
    );
    transcript.line("  ann /guess model:Healer Alpha lab:Xiaomi stake:50");
    transcript.line("  ann press Raise");
    transcript.line("  cleo /ask-model model:Healer Alpha prompt:What can you see in a picture?");
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

/** What the bot itself complained of. */
function wrongInLog(bot: RunningBot): string[] {
  return bot.complaints().map((line) => `the bot's log says ${JSON.stringify(line)}`);
}
