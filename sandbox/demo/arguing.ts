import type { Exchange } from "../discord/exchange.ts";
import type { Message } from "../discord/message.ts";
import type { Cast } from "./cast.ts";
import { barChart } from "./picture.ts";
import type { Surroundings } from "./surroundings.ts";

/** A delivery waits for the next look at what is due, five seconds at most; a busy machine takes its time on top. */
const patienceMs = 20_000;

/** What is argued over between guesses: a piece of evidence with a picture, and a question to the model itself. */
export async function argue(cast: Cast, around: Surroundings): Promise<void> {
  await fileEvidence(cast, around);
  await askTheModel(cast, around);
}

async function fileEvidence({ watch, members }: Cast, around: Surroundings): Promise<void> {
  const { clock, transcript, stage, checks } = around;
  clock.set("2026-03-12T18:30:00Z");
  transcript.narrate(
    "Cleo has counted how Hunter Alpha cuts words into tokens, and shows it. The bot keeps the picture.",
  );
  const filed = await reply(
    stage.types(members.cleo, watch, "/evidence add", {
      model: "Hunter Alpha",
      lab: "Xiaomi",
      stance: "for",
      kind: "tokenizer",
      text: "Token counts of forty sentences: they fit MiMo's tokenizer, and no other lab's I have tried.",
      file: { filename: "token-counts.png", contentType: "image/png", content: barChart([30, 52, 41, 75, 60, 88]) },
    }),
  );
  checks.shows(filed, "points to", "Xiaomi", "Tokenizer behaviour", "[file: token-counts.png]");
  const thread = watch.threads.find(({ name }) => name.includes("Hunter Alpha"));
  if (!thread) throw new Error("Hunter Alpha has no thread");
  const posted = await thread.waitFor(({ text }) => text.includes("Token counts of forty sentences"), patienceMs);
  transcript.catchUp();
  checks.shows(posted, "[file: token-counts.png]", "[Convincing] [Weak]");
  await stage.presses(members.ann, posted, "Convincing");
  checks.shows(posted, "Votes: **1 convincing, 0 weak**");
  await stage.presses(members.cleo, posted, "Convincing");
  // It is still Ann's vote alone: nobody votes on evidence of their own.
  checks.shows(posted, "Votes: **1 convincing, 0 weak**");
}

async function askTheModel({ watch, members }: Cast, around: Surroundings): Promise<void> {
  const { discord, clock, transcript, stage, checks } = around;
  clock.set("2026-03-13T09:15:00Z");
  transcript.narrate("Why not ask it? Its answer streams into the channel.");
  const asked = await stage.types(members.gil, watch, "/ask-model", {
    model: "Hunter Alpha",
    prompt: "Who built you, and when does your knowledge end?",
  });
  const answer = await asked.followUp(0, patienceMs);
  const isOver = () => answer.buttons.includes("File as evidence");
  await discord.waitUntil(isOver, patienceMs, "the end of the answer");
  transcript.catchUp();
  checks.shows(answer, "Who built you", "tokens", "[Continue] [File as evidence]");
  checks.that("the model does not say who built it", !/xiaomi|mimo|deepseek/i.test(answer.text));
}

async function reply(exchange: Promise<Exchange>): Promise<Message> {
  return (await exchange).reply();
}
