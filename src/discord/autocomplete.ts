import { type AskableListings, costsNothing, suggestAskable } from "../domain/askable.ts";
import { OTHER, suggestLabs } from "../domain/lab.ts";
import type { MarketStateName } from "../domain/market-state.ts";
import { findModel, type ServerMemory, suggestModels } from "../domain/open-models.ts";
import { seasonLabel, seasonOf } from "../domain/season.ts";
import { longestName, readSuspect } from "../domain/suspect.ts";
import type { Choice } from "./command.ts";
import { labNames, someoneElse } from "./views/lab-words.ts";
import { percent } from "./views/numbers.ts";
import { plain, shown } from "./views/text.ts";

const mostChoices = 25;

const stateHints = {
  open: "",
  frozen: " (frozen)",
  settled: " (settled)",
  void: " (called off)",
} satisfies Record<MarketStateName, string>;

/** Models whose market is in one of these states, by what is typed so far. */
export function modelChoices(memory: ServerMemory, typed: string, states: readonly MarketStateName[]): Choice[] {
  const models = memory.models.filter(({ state }) => states.includes(state));
  return suggestModels(models, typed, mostChoices).map((model) => ({
    name: `${plain(model.name, shown.modelName)}${stateHints[model.state]}`,
    value: String(model.modelId),
  }));
}

/**
 * Labs by what is typed so far, with their odds; those most guessed on the model first.
 *
 * @param on the model option as it stands, if it is filled in yet
 * @param withOther whether "Someone else", or a name nobody knows, is a choice too
 */
export function labChoices(
  memory: ServerMemory,
  typed: string,
  { on, withOther }: { on: string | null; withOther: boolean },
): Choice[] {
  const { models, labs: extra } = memory;
  const model = findModel(models, on ?? "");
  const names = labNames(extra);
  const choice = (lab: string): Choice => {
    const odds = model?.labs.find((each) => each.lab === lab);
    return { name: odds ? `${names(lab)} · ${percent(odds.price)}` : names(lab), value: lab };
  };
  const ranked = (model?.labs ?? []).map(({ lab }) => lab);
  const most = withOther ? mostChoices - 1 : mostChoices;
  const named = suggestLabs(typed, ranked, extra, most).map(({ slug }) => choice(slug));
  return withOther ? [...named, ...lastChoices(typed, choice(OTHER), named.length > 0)] : named;
}

/** "Someone else" unless a lab is being named; and when none fits, what is typed, as members may name a lab nobody knows. */
function lastChoices(typed: string, other: Choice, someFit: boolean): Choice[] {
  const reading = readSuspect(typed, []);
  const name = reading.read && reading.suspect.kind === "unknown" ? reading.suspect.name : null;
  const meansOther = reading.read ? reading.suspect.kind === "other" : reading.reason === "no-name";
  if (meansOther || someoneElse.toLowerCase().startsWith(typed.trim().toLowerCase())) return [other];
  return name === null || someFit ? [] : [{ name: `Another lab: “${plain(name, longestName)}”`, value: name }];
}

/** Known labs' models that can be asked beside an anonymous one, by what is typed so far: free ones first. */
export function askableChoices(askable: AskableListings, typed: string, { mayCost }: { mayCost: boolean }): Choice[] {
  return suggestAskable(askable.all(), typed, { mayCost, most: mostChoices }).map((listing) => ({
    name: `${plain(listing.name, 80)} · ${costsNothing(listing) ? "free" : "costs money"}`,
    value: listing.listingId,
  }));
}

/** The seasons this server's models were listed in, newest first. */
export function seasonChoices(memory: ServerMemory, typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase();
  return [...new Set(memory.models.map(({ listedAt }) => seasonOf(listedAt)))]
    .sort()
    .reverse()
    .map((season) => ({ name: `${seasonLabel(season)} (${season})`, value: season }))
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .slice(0, mostChoices);
}
