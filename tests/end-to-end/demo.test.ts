import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { barChart } from "../../sandbox/demo/picture.ts";
import { temporaryFolder } from "../support/database.ts";
import { nodeArguments } from "../support/programs.ts";

/** Runs the demo as `npm run demo` does, with these lines typed into it, and gives what it prints. */
async function theDemo(lines: readonly string[]) {
  const temporary = temporaryFolder();
  const process_ = spawn(process.execPath, nodeArguments("sandbox/demo.ts"), {
    env: { PATH: process.env.PATH, TMPDIR: temporary },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  process_.stdin.end(lines.map((line) => `${line}\n`).join(""));
  const [exitCode] = await once(process_, "close");
  const [story = "", played = ""] = output.split("Your turn:");
  return { exitCode, output, story, played };
}

it("the demo tells the story of Hunter Alpha, and then does what is typed", async () => {
  const picture = join(temporaryFolder(), "token counts.png");
  writeFileSync(picture, barChart([10, 20]));
  const { exitCode, output, story, played } = await theDemo([
    "ann /guess model:Healer lab:mimo stake:50",
    "ann press raise",
    "20",
    "cleo /ask-model model:Healer Alpha prompt:Who are you?",
    "dev /models show model:Healer",
    "dev press Guess",
    "dev pick another",
    "Basement Labs",
    "wait 3 days",
    "join Zoe",
    "zoe /leaderboard board:Points",
    "zoe /setup",
    // By command, with a picture, and by the form for the text alone.
    `cleo /evidence add model:Healer lab:mimo stance:for kind:tokenizer text:It counts as MiMo does. file:${picture}`,
    "cleo /evidence add model:Healer lab:mimo stance:for kind:Speed and latency file:./nowhere.png",
    "cleo /evidence add model:Healer lab:mimo stance:for kind:Speed and latency",
    "",
    "As quick as MiMo.",
    // By the button's form: labels are picked, a file may be left out.
    "bob /evidence list model:Healer",
    "bob press Add evidence",
    "DeepSeek",
    "maybe",
    "it points away",
    "benchmark",
    "Its sums are wrong.",
    "",
    // From the menu of a message, with its file.
    `dev says Somebody at the lab wrote this. file:${picture}`,
    "gil menu Nothing on Somebody",
    "gil menu file as evidence on the lab wrote",
    "Healer Alpha",
    "Xiaomi",
    "it points to",
    "leak",
    "",
    "gil menu File as evidence",
    "cancel",
    "nobody /help",
    "ann press the button",
    "sing",
    "rita /settle void model:Healer reason:It was a rehearsal",
    "quit",
    "ann /help",
  ]);
  expect(output).not.toMatch(/Wrong|Error:/);
  expect(exitCode).toBe(0);
  for (const expected of [
    "Hi, I am Unmask",
    "New anonymous model: Hunter Alpha",
    "Hunter Alpha is settled.",
    "1. Cleo:",
  ]) {
    expect(story).toContain(expected);
  }
  for (const expected of [
    "Ann /guess model:Healer Alpha lab:Xiaomi stake:50",
    "Healer Alpha: you still say Xiaomi built it.",
    "Left in your wallet: 870 points.",
    "It is no longer anonymous. OpenRouter says: “Healer Alpha was a stealth model revealed on March 18th",
    "A form opens, “Another lab”.",
    "It is 2026-03-21 20:50 UTC.",
    "only Zoe sees this",
    "Zoe cannot type /setup",
    "Nobody here is called nobody.",
    "No message Ann sees has a button “the button” to press.",
    "I do not understand “sing”.",
    "By Rita: It was a rehearsal",
    "I cannot read the file ./nowhere.png.",
    "A form opens, “Evidence: Healer Alpha”. The next line goes into “What is the evidence?”",
    `The field "What is the evidence?" must be filled in.`,
    "As quick as MiMo.",
    "Next: “Does it point to that lab or away?”: It points to that lab · It points away from that lab",
    "“Does it point to that lab or away?” takes one of: It points to that lab · It points away from that lab",
    "Evidence #4 points away from DeepSeek",
    "A message's menu has no “Nothing”. It has: File as evidence.",
    "Evidence #5 points to Xiaomi",
    "From a message by Dev",
    "The form is closed, and nothing was sent.",
  ]) {
    expect(played).toContain(expected);
  }
  expect(played.match(/\[file: token_counts.png\]/g)?.length).toBeGreaterThanOrEqual(2);
  expect(played).not.toContain("Ann /help");
}, 120_000);
