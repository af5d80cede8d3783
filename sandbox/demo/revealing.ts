import type { Exchange } from "../discord/exchange.ts";
import type { Message } from "../discord/message.ts";
import { marchCatalogues, type WireListing } from "../openrouter/catalogues.ts";
import { healerRevealed, hunterRevealed } from "../openrouter/chat-refusals.ts";
import type { Cast } from "./cast.ts";
import type { Surroundings } from "./surroundings.ts";

/** When Xiaomi's listing of MiMo-V2-Pro says it was made. */
export const published = "2026-03-18T19:54:03Z";

/** Three reads of the catalogue, a second apart, and a delivery; a busy machine takes its time for each. */
const patienceMs = 20_000;

/** On 16 March Hunter Alpha was listed as taking pictures: its thread hears of it. */
export async function newFact({ watch }: Cast, around: Surroundings): Promise<void> {
  const { openRouter, clock, transcript, checks } = around;
  clock.set("2026-03-16T01:12:00Z");
  transcript.narrate("Nobody announced it, but OpenRouter's list now says that Hunter Alpha takes pictures too.");
  const seesNow = ({ architecture, ...rest }: WireListing) => ({
    ...rest,
    architecture: { ...(architecture as object), input_modalities: ["text", "image"] },
  });
  const listings = marchCatalogues().after;
  openRouter.setCatalogue(listings.map((one) => (one.id === "openrouter/hunter-alpha" ? seesNow(one) : one)));
  const told = await threadOf(watch).waitFor(({ text }) => text.includes("on OpenRouter's list"), patienceMs);
  transcript.catchUp();
  checks.shows(told, "**Hunter Alpha**", "• Takes: text → image, text");
}

/** Both models go, MiMo-V2-Pro and MiMo-V2-Omni come, and somebody is quick. Gives the candidate for Hunter Alpha. */
export async function reveal(cast: Cast, around: Surroundings): Promise<Message> {
  const { watch, referees, members } = cast;
  const { openRouter, clock, transcript, stage, checks } = around;
  clock.set("2026-03-18T19:56:00Z");
  transcript.narrate(
    "18 March. Since 19:54 UTC Xiaomi's MiMo-V2-Pro and MiMo-V2-Omni are on OpenRouter; Hunter Alpha and Healer Alpha are gone. Word gets round, and somebody is quick.",
  );
  openRouter.setCatalogue(marchCatalogues().revealed);
  clock.set("2026-03-18T20:10:00Z");
  const wish = { model: "Hunter Alpha", lab: "Xiaomi", stake: 250 };
  const late = await reply(stage.types(members.finn, watch, "/guess", wish));
  checks.shows(late, "Left in your wallet: 750 points");
  const gone = threadOf(watch).waitFor(({ text }) => text.includes("Withdrawn from the list"), patienceMs);
  const found = (name: string) => referees.waitFor(({ text }) => text.includes(`Who built ${name}?`), patienceMs);
  const [withdrawn, candidate] = await Promise.all([gone, found("Hunter Alpha"), found("Healer Alpha")]);
  transcript.catchUp();
  checks.shows(withdrawn, "Guesses go on until it is settled.");
  checks.shows(candidate, "An official listing of **Xiaomi** came as it went: “Xiaomi: MiMo-V2-Pro”");
  checks.shows(candidate, "Source: <https://openrouter.ai/xiaomi/mimo-v2-pro>", "[Settle…] [Not it]");
  return candidate;
}

/** What was won, as the demo's own arithmetic has it. */
type Won = { readonly cleo: number; readonly dev: number; readonly devsStake: number };

/** A referee settles by the candidate, where only referees read; everybody is told. */
export async function settle(cast: Cast, around: Surroundings, candidate: Message, won: Won): Promise<void> {
  const { watch, members } = cast;
  const { discord, openRouter, clock, transcript, stage, checks } = around;
  clock.set("2026-03-18T20:45:00Z");
  tellTheReveal(openRouter);
  transcript.narrate(
    "The bot settles nothing by itself. Rita is a referee: she looks at what it found. Whatever was guessed after the source was published does not count.",
  );
  const wish = {
    model: "Hunter Alpha",
    lab: "Xiaomi",
    source: "https://openrouter.ai/xiaomi/mimo-v2-pro",
    "published-at": "2026-03-18 19:54",
  };
  const refused = await reply(stage.types(members.finn, watch, "/settle confirm", wish));
  checks.shows(refused, "Only moderators");
  const preview = await reply(stage.presses(members.rita, candidate, "Settle…"));
  const facts = [
    "Built by: **Xiaomi**",
    "Guesses that count: 6, right: 2",
    "First to say it: **Cleo**",
    "of 1 member",
    `Paid: ${(won.cleo + won.dev).toLocaleString("en-US")} points to 2 members`,
  ];
  checks.shows(preview, "Nothing is done yet", "Source: <https://openrouter.ai/xiaomi/mimo-v2-pro>", ...facts);
  const done = await reply(stage.presses(members.rita, preview, "Confirm"));
  checks.shows(done, "The result goes to #stealth-models");
  const result = await watch.waitFor(({ text }) => text.includes("Hunter Alpha** is settled"), patienceMs);
  await discord.waitUntil(() => candidate.buttons.length === 0, patienceMs, "the candidate to be settled");
  transcript.catchUp();
  checks.shows(candidate, "The model is settled here.");
  checks.shows(result, "Settled by **Rita**: no guess that counts", ...facts);
  checks.shows(result, `Cleo: ${won.cleo.toLocaleString("en-US")} (own stake 50)`);
  checks.shows(result, `Dev: ${won.dev.toLocaleString("en-US")} (own stake ${won.devsStake})`);
}

/** What OpenRouter answers from then on to whoever asks one of the two: what it was. */
function tellTheReveal({ chat }: Surroundings["openRouter"]): void {
  chat.reveal("openrouter/hunter-alpha", hunterRevealed);
  chat.reveal("openrouter/healer-alpha", healerRevealed);
}

function threadOf(watch: Cast["watch"]) {
  const thread = watch.threads.find(({ name }) => name.includes("Hunter Alpha"));
  if (!thread) throw new Error("Hunter Alpha has no thread");
  return thread;
}

async function reply(exchange: Promise<Exchange>): Promise<Message> {
  return (await exchange).reply();
}
