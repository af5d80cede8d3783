import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { barChart } from "../../sandbox/demo/picture.ts";
import { openPage, theBrowser } from "../support/browser.ts";
import { type Visitor, visitorOf } from "./visitor.ts";

/*
 * npm run first-visit: what somebody does who has just found the project. Clones it, runs the README's first command
 * word for word, and by a browser alone guesses, files evidence, asks a model and settles, in under five minutes with
 * installation. What is committed counts, and nothing else.
 */

const mostMs = 5 * 60_000;
const project = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "unmask-first-visit-"));
const startedAtMs = performance.now();
const report = (words: string) => {
  console.log(`${((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(6)} s  ${words}`);
};

const { status } = spawnSync("git", ["clone", "--quiet", "--no-hardlinks", project, folder], { stdio: "inherit" });
if (status !== 0) throw new Error("The project was not cloned.");
const command = /```sh\n(.+)\n```/.exec(readFileSync(join(folder, "README.md"), "utf8"))?.[1];
if (!command) throw new Error("The README has no command.");
report(`cloned; now ${command}`);
// A group of its own, so that it can be ended with everything it started.
const terminal = spawn("bash", ["-c", command], {
  cwd: folder,
  detached: true,
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, CI: "" },
});
let exitCode = 1;
try {
  const url = await printedAddress();
  report(`the page is at ${url}`);
  const { page, complaints } = await openPage(url);
  await playAround(visitorOf(page));
  if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join("; ")}`);
  const tookMs = performance.now() - startedAtMs;
  report(tookMs < mostMs ? "done, in time" : "done, but too late");
  exitCode = tookMs < mostMs ? 0 : 1;
} finally {
  if (terminal.pid !== undefined && terminal.exitCode === null) process.kill(-terminal.pid, "SIGTERM");
  await (await theBrowser()).close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(exitCode);

/** The first address that is printed. What comes after is read, too, or the demo would one day wait for a reader. */
function printedAddress(): Promise<string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    terminal.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      if (url) resolve(url);
    });
    terminal.once("close", () => reject(new Error(`The command has ended. It had printed:\n${printed}`)));
  });
}

async function playAround(visitor: Visitor): Promise<void> {
  const { page, be, goTo, types, presses, message } = visitor;
  const patiently = { timeout: 120_000 };
  await page
    .getByRole("navigation", { name: "Channels" })
    .getByRole("button", { name: "stealth-models" })
    .waitFor(patiently);
  report("the page shows the server");
  await page.getByRole("button", { name: "Story" }).click();
  await page.getByText("The story is told").waitFor(patiently);
  await page.getByRole("button", { name: "Close Story" }).click();
  report("the story is told");

  await be("Gil");
  await goTo("stealth-models");
  await types("/guess");
  await page.getByRole("option", { name: /^\/guess/ }).waitFor();
  await presses("Enter");
  await page.getByLabel("model", { exact: true }).waitFor();
  await page.keyboard.type("Healer");
  await page.getByRole("option", { name: /Healer Alpha/ }).waitFor();
  await presses("Tab");
  await page.keyboard.type("Xiaomi");
  await page.getByRole("option", { name: /Xiaomi/ }).waitFor();
  await presses("Tab");
  await presses("Enter");
  await message("Healer Alpha: you say Xiaomi built it").waitFor();
  report("guessed");

  await message("Healer Alpha: you say Xiaomi built it").getByRole("button", { name: "Add evidence" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Which lab is it about?").fill("Xiaomi");
  await form.getByLabel("Does it point to that lab or away?").selectOption({ index: 1 });
  await form.getByLabel("What kind of evidence is it?").selectOption({ index: 1 });
  await form.getByLabel("What is the evidence?").fill("It describes pictures as MiMo does.");
  const picture = { name: "picture.png", mimeType: "image/png", buffer: Buffer.from(barChart([20, 40, 30])) };
  await form.getByLabel("Files").setInputFiles(picture);
  await form.getByRole("button", { name: "Send" }).click();
  await message("Filed.").waitFor();
  report("filed evidence");

  await message("New anonymous model: Guest Alpha").getByRole("button", { name: "Ask it" }).click(patiently);
  const question = page.getByRole("dialog");
  await question.getByRole("textbox").first().fill("What would you do first?");
  await question.getByRole("button", { name: "Send" }).click();
  await message("What would you do first?").getByRole("button", { name: "File as evidence" }).waitFor(patiently);
  report("asked the model");

  await be("Rita");
  const source = "https://openrouter.ai/xiaomi/mimo-v2-omni";
  const line = `/settle confirm model:Healer Alpha lab:Xiaomi source:${source} published-at:2026-03-18 19:55`;
  await page.getByRole("textbox", { name: /^Message / }).fill(line);
  await page.getByLabel("published-at").waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await message("Nothing is done yet").getByRole("button", { name: "Confirm" }).click(patiently);
  await message("Healer Alpha is settled").waitFor(patiently);
  report("settled");
}
