import type { Member } from "../discord/member.ts";
import type { Message } from "../discord/message.ts";
import { buy, opening, price, reveals, sell } from "./arithmetic.ts";
import type { Cast } from "./cast.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Votes in the polls below the announcements: two on Healer Alpha that are guesses, one of them given a second time, and
 * one on Hunter Alpha by somebody who has guessed already.
 */
export async function vote(cast: Cast, around: Surroundings): Promise<void> {
  const { watch, members } = cast;
  const { clock, transcript, stage, checks } = around;
  clock.set("2026-03-12T13:00:00Z");
  transcript.narrate("Below each announcement stands a poll. One tap there is a free guess too.");
  const [hunter, healer] = ["Hunter Alpha", "Healer Alpha"].map((name) => pollOn(cast, name)) as [Message, Message];
  checks.shows(healer, "Poll: Who built Healer Alpha?", "( ) Someone else — 0", "[Guess]");
  const votes = (member: Member, message: Message, answer: string) => {
    const model = message === hunter ? "Hunter Alpha" : "Healer Alpha";
    transcript.act(member.name, `votes for “${answer}” in the poll on ${model}`);
    member.vote(message, [answer]);
  };
  votes(members.ann, healer, "Google");
  votes(members.eli, healer, "OpenAI");
  transcript.act(members.eli.name, "takes that back");
  members.eli.vote(healer, []);
  votes(members.eli, healer, "Someone else");
  // Dev has staked on DeepSeek, and a tap does not change that.
  votes(members.dev, hunter, "OpenAI");
  transcript.catchUp();

  const market = opening(reveals);
  buy(market, "google", 25);
  const openai = buy(market, "openai", 25);
  buy(market, "other", Math.min(25, sell(market, "openai", openai)));
  // A guess on the same model waits its turn behind the votes, so the card after it has them all.
  const guess = { model: "Healer Alpha", lab: "Google" };
  const bob = await (await stage.types(members.bob, watch, "/guess", guess)).reply();
  checks.shows(bob, "Healer Alpha", "Google", `pays **${Math.floor(buy(market, "google", 25))} points**`);
  const card = await (await stage.types(members.bob, watch, "/models show", { model: "Healer Alpha" })).reply();
  checks.shows(card, "3 guesses", "2 votes · Google 1 · Someone else 1");
  checks.shows(card, `**Google** ${(price(market, "google") * 100).toFixed(0)} % · 2 guesses`);
}

function pollOn({ watch }: Cast, name: string): Message {
  const found = watch.messages().find(({ text }) => text.includes(`Poll: Who built ${name}?`));
  if (!found) throw new Error(`there is no poll on ${name}`);
  return found;
}
