import type { ModelCard, Odds } from "../../domain/card.ts";
import { isFree, type Listing } from "../../domain/listing.ts";
import type { MarketStateName } from "../../domain/market-state.ts";
import { pieceLine } from "./evidence-words.ts";
import { type LabNames, labList, labText } from "./lab-words.ts";
import { count, counted, moment, percent } from "./numbers.ts";
import { address, bold, escaped, plain, shown } from "./text.ts";

const highestUsdPerMillion = 100_000;

/** Null for what cannot be a price: the catalogue's words are not ours. */
export function usdPerMillion(usdPerToken: string | null): string | null {
  const usd = usdPerToken === null || usdPerToken.trim() === "" ? Number.NaN : Number(usdPerToken) * 1_000_000;
  if (!(usd >= 0 && usd <= highestUsdPerMillion)) return null;
  return `$${usd.toLocaleString("en-US", { maximumFractionDigits: 2 })}`;
}

function priceWords(facts: Listing): string | null {
  if (isFree(facts)) return "free";
  const prompt = usdPerMillion(facts.promptUsdPerToken);
  const completion = usdPerMillion(facts.completionUsdPerToken);
  return prompt === null || completion === null ? null : `${prompt} in, ${completion} out per million tokens`;
}

/** Modalities are a catalogue's own words: a dozen short ones are all that is shown. */
export function modalities(list: readonly string[]): string {
  return list
    .slice(0, 12)
    .map((each) => escaped(each, 16))
    .join(", ");
}

/** The facts that are known, one a line; unknown ones are left out. */
export function factLines(facts: Listing): string[] {
  const inputs = facts.inputModalities ?? [];
  const outputs = facts.outputModalities ?? [];
  return [
    facts.contextTokens === null ? null : `Context: ${count(facts.contextTokens)} tokens`,
    facts.maxOutputTokens === null ? null : `Longest answer: ${count(facts.maxOutputTokens)} tokens`,
    priceWords(facts) === null ? null : `Price: ${priceWords(facts)}`,
    inputs.length + outputs.length === 0 ? null : `Takes ${modalities(inputs)}; gives ${modalities(outputs)}`,
  ].filter((line) => line !== null);
}

/** The id in the catalogue, as code. Ids hold no backtick or backslash, which could end the code or hide its end. */
export function listingCode(listingId: string): string {
  return `\`${plain(listingId.replace(/[`\\]/g, ""), shown.listingId)}\``;
}

/** Where a model is to be found: its id in the catalogue, or where moderators saw it. */
export function whereLine({ listingId, seenAt }: ModelCard): string {
  return seenAt === null ? listingCode(listingId) : `Seen by moderators of this server: ${address(seenAt.link)}`;
}

/** Whether a model is gone from the list, and which came with it; nothing for most. */
export function presenceLines({ withdrawnSince, companions }: ModelCard): string[] {
  const named = companions.slice(0, 5).map(({ name }) => bold(name, shown.modelName));
  return [
    ...(withdrawnSince === null ? [] : [`Withdrawn from the list since ${moment(withdrawnSince, "f")}`]),
    ...(named.length === 0 ? [] : [`Listed in the same minute as ${named.join(", ")}, so perhaps by the same lab`]),
  ];
}

function oddsLine(odds: Odds, names: LabNames): string {
  const callers = odds.callers > 0 ? ` · ${counted(odds.callers, "guess", "guesses")}` : "";
  return `**${labText(odds.lab, names)}** ${percent(odds.price)}${callers}`;
}

/** The likeliest labs, one a line. */
export function oddsLines(odds: readonly Odds[], most: number, names: LabNames): string[] {
  const lines = odds.slice(0, most).map((each) => oddsLine(each, names));
  const rest = odds.length - lines.length;
  return rest > 0 ? [...lines, `… and ${counted(rest, "more lab")}`] : lines;
}

/** A settled model's builders, for sentences. */
export function builtBy(builders: readonly string[] | null, names: LabNames): string {
  return builders === null || builders.length === 0 ? "somebody" : labList(builders, names);
}

const stateWords = {
  open: () => null,
  frozen: () => "Frozen by the moderators: no guesses for now.",
  settled: (card, names) => `Settled: ${builtBy(card.builders, names)} built it.`,
  void: () => "Called off: everybody got their points back.",
} satisfies Record<MarketStateName, (card: ModelCard, names: LabNames) => string | null>;

/** Where a model stands, if it takes no guesses; null while it is open. */
export function stateLine(card: ModelCard, names: LabNames): string | null {
  return stateWords[card.state](card, names);
}

/** How much evidence there is, if there is any, and the strongest piece for each of the leading labs. */
export function evidenceLines({ evidence, strongest }: ModelCard, names: LabNames): string[] {
  if (evidence.for + evidence.against === 0) return [];
  return [
    `**Evidence**: ${count(evidence.for)} for a lab, ${count(evidence.against)} against one`,
    ...strongest.map((piece) => `${labText(piece.lab, names)}: ${pieceLine(piece)}`),
  ];
}

/** "evidence: 3 for, 1 against", for a line in a list; null without any. */
export function evidenceWords({ evidence }: ModelCard): string | null {
  const { for: pro, against } = evidence;
  return pro + against === 0 ? null : `evidence: ${count(pro)} for, ${count(against)} against`;
}
