import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { settleIn } from "../../sandbox/demo/neighbours.ts";
import { barChart } from "../../sandbox/demo/picture.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { buildScene, type Scene } from "../../sandbox/playground/scene.ts";
import { type Playground, startPlayground } from "../../sandbox/playground/server.ts";
import type { Database } from "../../src/storage/database.ts";
import { describeInBrowser, openPage } from "../support/browser.ts";
import { embedded, temporaryFolder } from "../support/database.ts";
import { seriousTroubles } from "./accessibility.ts";
import { visitorOf } from "./visitor.ts";

const patienceMs = 20_000;

describeInBrowser("a visitor of the playground", () => {
  let scene: Scene;
  let playground: Playground;
  let database: Database;
  const ending = new AbortController();
  /** What consoles complained of, and requests that left the page's server. */
  let complaints: string[] = [];

  beforeAll(async () => {
    [scene, playground, database] = await Promise.all([
      buildScene({ paceMs: 0, signal: ending.signal }),
      startPlayground({ port: 0 }),
      embedded.open(),
    ]);
    await scene.startBot({ database, dataDir: temporaryFolder() });
    const { watch, general, members } = scene.cast;
    const roles = [...watch.server.roles.values()];
    const referees = roles.find(({ name }) => name === "Referees")!;
    await general.waitFor(({ author }) => author.bot, patienceMs);
    const setUp = {
      channel: watch,
      "moderator-role": referees,
      "thread-per-model": true,
      "poll-per-model": true,
    };
    await members.olga.command(general, "/setup", setUp).reply();
    await settleIn(scene.neighbours);
    await scene.discord.waitUntil(() => scene.openRouter.requests.length > 0, patienceMs);
    scene.clock.set("2026-03-11T20:25:00Z");
    scene.clock.run();
    scene.openRouter.setCatalogue(marchCatalogues().after);
    scene.openRouter.chat.setPace({ pieceMs: 10 });
    for (const channel of [watch, scene.neighbours.arena]) {
      await channel.waitFor(({ text }) => text.includes("New anonymous model: Hunter Alpha"), patienceMs);
    }
    scene.story.end();
    playground.show(scene);
  }, 60_000);

  afterAll(async () => {
    ending.abort();
    await playground.close();
    await scene.stop();
    await database.close();
  });

  afterEach(() => {
    expect(complaints).toEqual([]);
    scene.discord.expectNoViolations();
  });

  let opened: Awaited<ReturnType<typeof openPage>> | undefined;

  /** Opens the page as if for the first time; it takes long only once. */
  async function visit() {
    if (opened) {
      await opened.page.evaluate("sessionStorage.clear()");
      await opened.page.reload();
    } else opened = await openPage(playground.url, { keepsOpen: true });
    complaints = opened.complaints;
    complaints.length = 0;
    const visitor = visitorOf(opened.page);
    await visitor.goTo("stealth-models");
    return visitor;
  }

  /** Keeps the list of commands back, until what this gives is called. */
  async function holdCommands(page: Page): Promise<() => void> {
    let letCome = () => {};
    const come = new Promise<void>((resolve) => {
      letCome = resolve;
    });
    await page.route("**/act/commands", async (route) => {
      await come;
      await route.continue();
    });
    onTestFinished(() => page.unrouteAll());
    return letCome;
  }

  it("places a guess by typing, as in Discord, and is told which option is missing", async () => {
    const { page, be, types, presses, message } = await visit();
    await be("Bob");
    await types("/gue");
    await page.getByRole("option", { name: /^\/guess/ }).waitFor();
    await presses("Enter");
    await page.keyboard.type("hunt");
    await page.getByRole("option", { name: /Hunter Alpha/ }).waitFor();
    await presses("Tab");
    await page.keyboard.type("deeps");
    await page.getByRole("option", { name: /DeepSeek/ }).waitFor();
    await presses("Enter");
    // Whoever goes on by name reaches the options nobody must fill in.
    await page.keyboard.type("sta");
    await presses("Tab");
    await page.keyboard.type("a few");
    await presses("Enter");
    await page.getByRole("alert").filter({ hasText: "a whole number" }).waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("100");
    await presses("Enter");
    await message("Left in your wallet: 900 points").waitFor();
    expect(await message("Left in your wallet: 900 points").textContent()).toContain("Only you can see this");
    // Is told which option is missing, and loses nothing.
    await types("/guess ");
    await page.getByLabel("model", { exact: true }).waitFor();
    await page.keyboard.type("Hunter Alpha");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").filter({ hasText: "lab is missing" }).waitFor();
    expect(await page.getByLabel("model", { exact: true }).inputValue()).toBe("Hunter Alpha");
  });

  it("sends a command that was typed before the commands had come", async () => {
    const { page, be, message } = await visit();
    await be("Dev");
    let letCome = await holdCommands(page);
    const field = page.getByRole("textbox", { name: /^Message / });
    await field.fill("/guess model:Healer Alpha lab:Google");
    await page.keyboard.press("Enter");
    letCome();
    await message("Healer Alpha: you say Google built it").waitFor();
    await page.unrouteAll();
    // Nor is a key lost of what is typed on while they come.
    letCome = await holdCommands(page);
    await field.click();
    await page.keyboard.type("/guess model:Hea");
    letCome();
    const model = page.getByLabel("model", { exact: true });
    await model.waitFor();
    await page.keyboard.type("ler");
    expect(await model.inputValue()).toBe("Healer");
  });

  it("sees what answers them wherever they read, and is told of what others say", async () => {
    const { page, be, log, message } = await visit();
    await be("Eli");
    const { watch, members } = scene.cast;
    const fromEnd = () => log.evaluate((shown) => shown.scrollHeight - shown.clientHeight - shown.scrollTop);
    const readsAbove = () => log.evaluate((shown) => shown.scrollTo(0, 0));
    await readsAbove();
    members.ann.say(watch, "Has anybody tried it with pictures?");
    const bar = page.getByRole("button", { name: "New messages" });
    await bar.waitFor();
    expect(await log.evaluate((shown) => shown.scrollTop)).toBe(0);
    await bar.click();
    await bar.waitFor({ state: "hidden" });
    expect(await fromEnd()).toBeLessThan(80);
    await readsAbove();
    await message("New anonymous model: Hunter Alpha").getByRole("button", { name: "Details" }).click();
    await message("Only you can see this").waitFor();
    expect(await fromEnd()).toBeLessThan(80);
    // A panel takes room from the log, which stays where it is.
    await page.getByRole("button", { name: "Story" }).click();
    await vi.waitUntil(async () => (await fromEnd()) < 80, { timeout: patienceMs });
    expect(await bar.isHidden()).toBe(true);
  });

  it("guesses by button and menu, and only sees what is theirs", async () => {
    const { page, be, message } = await visit();
    await be("Cleo");
    await message("New anonymous model: Hunter Alpha").getByRole("button", { name: "Guess" }).click();
    await message("Only you can see this").getByRole("combobox").click();
    await page.getByRole("option", { name: /^Google/ }).click();
    await message("Hunter Alpha: you say Google built it").waitFor();
    await be("Dev");
    await message("New anonymous model: Hunter Alpha").waitFor();
    expect(await message("Hunter Alpha: you say").count()).toBe(0);
  });

  it("votes in a poll, and sees the votes", async () => {
    const { page, be, log } = await visit();
    await be("Finn");
    const poll = log.getByRole("article").filter({ has: page.locator(".message-poll"), hasText: "Healer Alpha" });
    await poll.getByRole("radio", { name: /Google/ }).check({ force: true });
    await poll.getByRole("button", { name: "Vote" }).click();
    await poll.getByText("1 vote · ends in").waitFor();
    await poll.getByRole("button", { name: "Remove vote" }).waitFor();
  });

  it("files evidence by a form, with a picture, and finds it in the model's thread", async () => {
    const { page, be, goTo, message } = await visit();
    await be("Cleo");
    await message("New anonymous model: Hunter Alpha").getByRole("button", { name: "Add evidence" }).click();
    const form = page.getByRole("dialog", { name: /Evidence/ });
    await form.getByRole("button", { name: "Send" }).click();
    await form.getByRole("alert").filter({ hasText: "Which lab is it about?" }).waitFor();
    await form.getByLabel("Which lab is it about?").fill("Xiaomi");
    await form.getByLabel("Does it point to that lab or away?").selectOption({ index: 1 });
    await form.getByLabel("What kind of evidence is it?").selectOption({ index: 1 });
    await form.getByLabel("What is the evidence?").fill("Its tokens fit MiMo's tokenizer.");
    const picture = Buffer.from(barChart([30, 52, 41]));
    await form.getByLabel("Files").setInputFiles({ name: "tokens.png", mimeType: "image/png", buffer: picture });
    await form.getByRole("button", { name: "Send" }).click();
    await form.waitFor({ state: "detached" });
    await page.getByRole("navigation", { name: "Channels" }).getByRole("button", { name: "Hunter Alpha" }).waitFor();
    await goTo("Hunter Alpha");
    const posted = message("Its tokens fit MiMo's tokenizer.");
    const shown = posted.getByRole("img").first();
    await shown.waitFor();
    // Its pixels are there, not only its frame.
    await page.waitForFunction("[...document.images].every((image) => image.complete && image.naturalWidth > 0)");
  });

  it("asks the model and sees the answer grow", async () => {
    const { page, be, types, presses, message } = await visit();
    const text = "I would rather say what I can do. ".repeat(12);
    scene.openRouter.chat.answer("openrouter/hunter-alpha", { text, pace: { pieceMs: 35, pieceCharacters: 10 } });
    await be("Gil");
    await types("/ask-model model:Hunter Alpha");
    await page.getByRole("option", { name: "Hunter Alpha" }).waitFor();
    await presses("Tab");
    await page.keyboard.type("Who built you, and when does your knowledge end?");
    await presses("Enter");
    const answer = message("Who built you");
    await answer.getByText("I would rather").first().waitFor();
    const length = async () => (await answer.textContent())?.length ?? 0;
    const early = await length();
    expect(await answer.getByRole("button", { name: "Stop" }).count()).toBe(1);
    await vi.waitUntil(async () => (await length()) > early, { timeout: patienceMs });
    await answer.getByRole("button", { name: "File as evidence" }).waitFor();
  });

  it("makes anybody's message evidence from its menu", async () => {
    const { page, be, types, presses, message } = await visit();
    await be("Ann");
    await types("Its refusals read like MiMo's.");
    await presses("Enter");
    const said = message("Its refusals read like MiMo's.");
    await said.waitFor();
    await said.click({ button: "right" });
    await page.getByRole("menuitem", { name: "File as evidence" }).click();
    const form = page.getByRole("dialog", { name: "File as evidence" });
    expect(await form.getByLabel("What is the evidence?").inputValue()).toBe("Its refusals read like MiMo's.");
    await presses("Escape");
    await form.waitFor({ state: "detached" });
  });

  it("settles as a moderator, and sees the board", async () => {
    const { page, be, types, presses, message } = await visit();
    await be("Rita");
    scene.clock.pass(7 * 86_400_000);
    const source = "https://openrouter.ai/xiaomi/mimo-v2-pro";
    // Put in from elsewhere, as one line.
    const line = `/settle confirm model:Hunter Alpha lab:Google source:${source} published-at:2026-03-18 19:54`;
    await page.getByRole("textbox", { name: /^Message / }).fill(line);
    await page.getByLabel("published-at").waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    await message("Nothing is done yet").getByRole("button", { name: "Confirm" }).click();
    await message("Hunter Alpha is settled").waitFor();
    await types("/leaderboard");
    await page.getByRole("option", { name: /^\/leaderboard/ }).waitFor();
    await presses("Enter");
    await page.getByLabel(/^\/leaderboard: Enter sends it/).waitFor();
    await presses("Enter");
    await message(/1\. Cleo/).waitFor();
  });

  it("sees nothing of the moderators' channel, unless they are one, nor of one server in the other", async () => {
    const { page, be, goToServer, goTo, log } = await visit();
    const desk = page.getByRole("navigation", { name: "Channels" }).getByRole("button", { name: "referees" });
    await be("Ann");
    expect(await desk.count()).toBe(0);
    await be("Rita");
    await desk.waitFor();
    await goToServer("Night Shift");
    await goTo("arena");
    await log.getByText("New anonymous model: Hunter Alpha").waitFor();
    const words = await page.locator("body").textContent();
    for (const theirs of ["Cleo", "Bob", "Rita", "stealth-models", "MiMo's tokenizer", "is settled"]) {
      expect(words).not.toContain(theirs);
    }
    await page.getByLabel("You are").selectOption({ label: "Ivo" });
    await page.getByRole("log", { name: "Messages in arena" }).waitFor();
    expect(await log.textContent()).not.toContain("Only you can see this");
  });

  it("goes on after the bot was restarted", async () => {
    const { page, be, types, presses, message } = await visit();
    await be("Dev");
    await page.getByRole("button", { name: "Faults" }).click();
    const before = scene.discord.sessions.identifies;
    await page.getByRole("button", { name: "Restart the bot" }).click();
    await scene.discord.waitUntil(() => scene.discord.sessions.identifies > before, patienceMs, "the bot to come back");
    await page.getByText("The bot is running.").waitFor({ timeout: patienceMs });
    await message("New anonymous model: Healer Alpha").getByRole("button", { name: "Details" }).click();
    await message("Only you can see this").waitFor();
    await types("/help");
    await page.getByRole("option", { name: /^\/help/ }).waitFor();
    await presses("Enter");
    await page.getByLabel(/^\/help: Enter sends it/).waitFor();
    await presses("Enter");
    await message("/guess").waitFor();
  });

  it("hears again of everything when the line to the page's server broke", async () => {
    const { be, message } = await visit();
    await be("Dev");
    const { watch, members } = scene.cast;
    playground.show(scene);
    members.ann.say(watch, "Is anybody still here?");
    await message("Is anybody still here?").waitFor();
  });

  it("watches the wire, where no secret shows", async () => {
    const { page, message } = await visit();
    await page.getByRole("button", { name: "Wire" }).click();
    await message("New anonymous model: Healer Alpha").getByRole("button", { name: "Details" }).click();
    const wire = page.getByRole("region", { name: "Wire" });
    await wire.getByText("INTERACTION_CREATE").first().waitFor();
    await wire.getByText("INTERACTION_CREATE").first().click();
    const words = await wire.textContent();
    expect(words).toContain("(secret)");
    expect(words).not.toContain(scene.discord.token);
    for (const { token } of scene.discord.exchanges) expect(words).not.toContain(token);
    const explanation = "Must be 2000 or fewer in length.";
    const violation = { atMs: 0, method: "POST", route: "/channels/{channel_id}/messages", code: 50035, explanation };
    scene.tape.discord({ kind: "violation", violation });
    await wire.getByText("against the rules").waitFor();
  });

  it("is told when Discord is so slow that the bot is late", async () => {
    const { page, be, message } = await visit();
    await be("Eli");
    await page.getByRole("button", { name: "Faults" }).click();
    await page.getByLabel(/^Very slow/).check();
    onTestFinished(() => void scene.faults.set("discord.very-slow", false));
    const announced = message("New anonymous model: Healer Alpha");
    const before = scene.discord.exchanges.length;
    await announced.getByRole("button", { name: "Details" }).click();
    const pressed = await scene.discord.waitUntil(() => scene.discord.exchanges[before]);
    pressed.letFirstResponseExpire();
    await announced.getByText("This interaction failed").waitFor();
    await page.getByLabel(/^Very slow/).uncheck();
    await announced.getByRole("button", { name: "Details" }).click();
    await message("Only you can see this").waitFor();
  });

  it.each([
    ["dark", 1280, ["Wire"]],
    ["light", 360, ["Story", "Faults", "Wire"]],
  ] as const)("has nothing in their way, %s and %i wide", async (colorScheme, width, panels) => {
    const { page } = await visit();
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await page.getByRole("log").getByRole("article").first().waitFor();
    expect(await seriousTroubles(page)).toEqual([]);
    // Nothing is wider than the window.
    expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    // At phone width the button for what can be done covers no words of its message.
    const row = page.getByRole("log").locator(".row").last();
    await row.hover();
    const body = await row.locator(".message-body").boundingBox();
    const more = await row.locator(".row-more").boundingBox();
    expect(body!.x + body!.width).toBeLessThanOrEqual(more!.x);
    for (const panel of panels) {
      await page.getByRole("button", { name: panel, exact: true }).click();
      expect(await seriousTroubles(page, ".panel"), panel).toEqual([]);
      await page.getByRole("button", { name: `Close ${panel}` }).click();
    }
  });
});
