import type { Exchange } from "../discord/exchange.ts";
import type { Message } from "../discord/message.ts";
import { marchCatalogues } from "../openrouter/catalogues.ts";
import { argue } from "./arguing.ts";
import { buy, callScore, list, opening, price, reveals, sell } from "./arithmetic.ts";
import type { Cast } from "./cast.ts";
import { newFact, published, reveal, settle } from "./revealing.ts";
import type { Surroundings } from "./surroundings.ts";
import { vote } from "./voting.ts";

/** When it begins: the bot is in the server, and OpenRouter lists nothing anonymous. */
export const storyBegins = "2026-03-11T09:00:00Z";
const opened = "2026-03-11T20:25:00Z";
const cleoCalls = "2026-03-11T21:40:00Z";
const devMoves = "2026-03-16T17:05:00Z";

/** An announcement takes a read of the catalogue and a delivery; a busy machine may take its time for both. */
const patienceMs = 20_000;

/** Plays 11 to 18 March 2026. What does not come out as it should is noted in `checks`; what stops the story throws. */
export async function tellStory(cast: Cast, around: Surroundings): Promise<void> {
  await setUp(cast, around);
  const hunter = await announce(cast, around);
  const told = await firstGuesses(cast, around, hunter);
  await vote(cast, around);
  await argue(cast, around);
  await newFact(cast, around);
  await move(cast, around, told);
  const candidate = await reveal(cast, around);
  const { cleo, dev } = told;
  const won = { cleo: Math.floor(cleo.shares), dev: Math.floor(dev.shares), devsStake: dev.ownCost };
  await settle(cast, around, candidate, won);
  await boards(cast, around, told);
  around.discord.expectNoViolations();
}

async function setUp({ general, watch, referees, members }: Cast, around: Surroundings) {
  const { discord, openRouter, transcript, stage, checks } = around;
  transcript.narrate("Unmask has joined a server. OpenRouter lists 339 models, and none of them is anonymous.");
  const hello = await general.waitFor(({ author }) => author.bot, patienceMs);
  transcript.catchUp();
  checks.shows(hello, "/setup");
  const { roles } = watch.server;
  const role = (name: string) => [...roles.values()].find((one) => one.name === name);
  const saved = await reply(
    stage.types(members.olga, general, "/setup", {
      channel: watch,
      "ping-role": role("Stealth watch"),
      "moderator-role": role("Referees"),
      "moderator-channel": referees,
      "thread-per-model": true,
      "poll-per-model": true,
    }),
  );
  checks.shows(saved, "Saved.", "All is well.");
  await watch.waitFor(({ text }) => text.includes("Anonymous models open now"), patienceMs);
  // What is there at the first look of all is never announced, so that look must be over.
  await discord.waitUntil(() => openRouter.requests.length > 0, patienceMs, "the first look at the catalogue");
  transcript.catchUp();
  checks.that("the bot keeps to Discord's rules while it is set up", discord.violations.length === 0);
}

async function announce({ watch }: Cast, { openRouter, clock, transcript, checks }: Surroundings): Promise<Message> {
  clock.set(opened);
  transcript.narrate(
    "Two new models are on OpenRouter, both free, neither with a name behind it. By morning almost everybody will be sure that Hunter Alpha is DeepSeek's next one.",
  );
  openRouter.setCatalogue(marchCatalogues().after);
  const announced = (name: string) =>
    watch.waitFor(({ text }) => text.includes(`New anonymous model: ${name}`), patienceMs);
  const [hunter, healer] = await Promise.all([announced("Hunter Alpha"), announced("Healer Alpha")]);
  const threads = () => watch.threads.length === 2;
  await watch.server.world.changes.until(threads, patienceMs, () => "a thread for each model");
  const polls = () => watch.messages().filter(({ body }) => body.poll !== undefined).length === 2;
  await watch.server.world.changes.until(polls, patienceMs, () => "a poll for each model");
  transcript.catchUp();
  checks.shows(hunter, "1,048,576 tokens", "OpenAI", "[Guess] [Ask it] [Add evidence] [Details]", "@Stealth watch");
  checks.that("the announcement pings the role set up for it and nobody else", pingsOnlyRole(hunter));
  checks.shows(healer, "Healer Alpha");
  return hunter;
}

function pingsOnlyRole({ pings }: Message): boolean {
  return pings.roles.length === 1 && pings.users.length === 0 && !pings.everyone;
}

/** The market as the demo's own arithmetic has it, and what it must still remember of it. */
type Told = {
  readonly market: ReturnType<typeof opening>;
  readonly cleo: { readonly shares: number; readonly price: number };
  readonly dev: { readonly free: number; readonly own: number; shares: number; price: number; ownCost: number };
};

async function firstGuesses(cast: Cast, around: Surroundings, hunter: Message): Promise<Told> {
  const { members } = cast;
  const { clock, transcript, stage, checks } = around;
  const market = opening(reveals);

  clock.set("2026-03-11T20:41:00Z");
  const menu = await reply(stage.presses(members.ann, hunter, "Guess"));
  const ann = await reply(stage.picks(members.ann, menu, "DeepSeek"));
  let shares = buy(market, "deepseek", 25);
  checks.shows(ann, "25 points from the house", `pays **${Math.floor(shares)} points**`, "1,000 points");
  const asked = await (await stage.presses(members.ann, ann, "Raise")).modal();
  const raised = await reply(stage.fills(members.ann, asked, { points: "60" }));
  shares += buy(market, "deepseek", 60);
  checks.shows(raised, `pays **${Math.floor(shares)} points**`, "Left in your wallet: 940 points");

  clock.set("2026-03-11T20:58:00Z");
  const bob = await reply(guess(cast, around, "bob", { lab: "DeepSeek", stake: 100 }));
  checks.shows(bob, `pays **${Math.floor(buy(market, "deepseek", 25) + buy(market, "deepseek", 100))} points**`);

  clock.set(cleoCalls);
  transcript.narrate("Cleo has read the tokenizer's quirks and thinks of somebody who is not even on the list.");
  const cleo = await reply(guess(cast, around, "cleo", { lab: "Xiaomi", stake: 50 }));
  list(market, "xiaomi");
  const cleoPrice = price(market, "xiaomi");
  const cleoShares = buy(market, "xiaomi", 25) + buy(market, "xiaomi", 50);
  checks.shows(cleo, "the first to name Xiaomi", `pays **${Math.floor(cleoShares)} points**`);
  const shared = await stage.announces(members.cleo, cleo, "Share");
  checks.shows(shared, "**Cleo** says **Xiaomi** built **Hunter Alpha**");

  clock.set("2026-03-12T07:30:00Z");
  const dev = await reply(guess(cast, around, "dev", { lab: "DeepSeek", stake: 80 }));
  const devFree = buy(market, "deepseek", 25);
  const devOwn = buy(market, "deepseek", 80);
  checks.shows(dev, `pays **${Math.floor(devFree + devOwn)} points**`, "Left in your wallet: 920 points");

  clock.set("2026-03-12T08:15:00Z");
  const gil = await reply(guess(cast, around, "gil", { lab: "deepseek", stake: 150 }));
  checks.shows(gil, `pays **${Math.floor(buy(market, "deepseek", 25) + buy(market, "deepseek", 150))} points**`);

  clock.set("2026-03-12T12:20:00Z");
  const eliMenu = await reply(stage.presses(members.eli, hunter, "Guess"));
  const form = await (await stage.picks(members.eli, eliMenu, "Another lab…")).modal();
  const eli = await reply(stage.fills(members.eli, form, { lab: "Basement Labs" }));
  checks.shows(eli, "Basement Labs", `pays **${Math.floor(buy(market, "other", 25))} points**`);
  return {
    market,
    cleo: { shares: cleoShares, price: cleoPrice },
    dev: { free: devFree, own: devOwn, shares: 0, price: 0, ownCost: 0 },
  };
}

async function move(cast: Cast, around: Surroundings, { market, dev }: Told): Promise<void> {
  const { watch, members } = cast;
  const { clock, transcript, stage, checks } = around;
  clock.set("2026-03-16T10:00:00Z");
  const card = await reply(stage.types(members.bob, watch, "/models show", { model: "Hunter Alpha" }));
  checks.shows(card, "6 guesses", "DeepSeek", "Latest guesses");

  clock.set(devMoves);
  transcript.narrate(
    "Dev has second thoughts. DeepSeek's odds have risen since he staked; he may take his 80 points along to another lab, but no profit.",
  );
  const move = await guess(cast, around, "dev", { lab: "Xiaomi" });
  const moved = await move.reply();
  const fetched = sell(market, "deepseek", dev.own);
  checks.that("the price has risen since Dev staked, so that a profit could be had", fetched > 80);
  const own = Math.min(fetched, 80);
  const free = Math.min(sell(market, "deepseek", dev.free), 25);
  dev.price = price(market, "xiaomi");
  dev.shares = buy(market, "xiaomi", free) + buy(market, "xiaomi", own);
  dev.ownCost = own;
  // His vote of the 12th: this is the first time that he can be told.
  checks.shows(await move.followUp(), "Your vote in the poll on **Hunter Alpha**", "you had guessed already");
  transcript.catchUp();
  checks.shows(moved, "you now say", `came back: ${own} points`, `pays **${Math.floor(dev.shares)} points**`);
}

async function boards({ watch, members }: Cast, around: Surroundings, { cleo, dev }: Told): Promise<void> {
  const { clock, stage, checks } = around;
  clock.set("2026-03-18T20:50:00Z");
  const times = { openedMs: Date.parse(opened), publishedMs: Date.parse(published) };
  const score = (call: { price: number }, calledAt: string) =>
    callScore({ ...times, calledMs: Date.parse(calledAt), price: call.price }).toFixed(1);
  const board = await stage.types(members.cleo, watch, "/leaderboard");
  const calls = await board.reply();
  checks.shows(calls, `**1.** Cleo: **${score(cleo, cleoCalls)}** · 1 of 1 right · first 1 time`);
  checks.shows(calls, `**2.** Dev: **${score(dev, devMoves)}** · 1 of 1 right`, "You are at **1.**");
  const everybody = await stage.announces(members.cleo, calls, "Share");
  checks.shows(everybody, "Cleo", "Gil");

  const points = await reply(stage.types(members.dev, watch, "/leaderboard", { board: "points" }));
  const won = { cleo: Math.floor(cleo.shares) - 50, dev: Math.floor(dev.shares) - dev.ownCost };
  checks.shows(
    points,
    `Cleo: **+${won.cleo.toLocaleString("en-US")}**`,
    `Dev: **+${won.dev.toLocaleString("en-US")}**`,
  );
  checks.shows(points, "Eli: **0**", "Ann: **−60**", "Bob: **−100**", "Gil: **−150**");

  const profile = await reply(stage.types(members.cleo, watch, "/profile"));
  checks.shows(profile, `**${(1000 + won.cleo).toLocaleString("en-US")} points**`, "**1 of 1** settled calls");
  const refunded = await reply(stage.types(members.finn, watch, "/profile"));
  checks.shows(refunded, "**1,000 points**", "No settled calls yet.");
}

function guess(
  { watch, members }: Cast,
  { stage }: Surroundings,
  who: keyof Cast["members"],
  options: { model?: string; lab: string; stake?: number },
): Promise<Exchange> {
  return stage.types(members[who], watch, "/guess", { model: "Hunter Alpha", ...options });
}

async function reply(exchange: Promise<Exchange>): Promise<Message> {
  return (await exchange).reply();
}
