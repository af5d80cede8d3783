import type { Replayed, Told } from "./play.ts";

/** One line for each thing a server would have read or moderators would have been asked, oldest first. */
export function lineOf({ at, what, listingId, detail }: Told): string {
  return [at.toISOString().slice(0, 16).replace("T", " "), what.padEnd(14), listingId, detail]
    .filter(Boolean)
    .join("  ");
}

/** How fast it went, and how much memory it took. */
export function paceOf({ catalogues, seconds, memoryMb }: Replayed): string {
  const perSecond = (catalogues / seconds).toFixed(1);
  return `${catalogues} catalogues in ${seconds.toFixed(1)} s: ${perSecond} a second; ${memoryMb.most} MB at the most, ${memoryMb.before} MB before the first`;
}

export type Score = {
  /** Of the models that were announced, those that really were anonymous. */
  readonly precision: number;
  /** Of the anonymous models the catalogues hold, those that were announced. */
  readonly recall: number;
  readonly announced: readonly string[];
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
  /** Announced more than once. */
  readonly repeated: readonly string[];
};

/**
 * Compares what was announced, in a message of its own or in the first summary, with the truth.
 *
 * @param held every id the catalogues hold
 */
export function scoreOf(told: readonly Told[], truth: ReadonlySet<string>, held: ReadonlySet<string>): Score {
  const all = told.filter(({ what }) => what === "announced" || what === "in the summary");
  const announced = [...new Set(all.map(({ listingId }) => listingId))];
  const there = [...truth].filter((id) => held.has(id));
  const right = announced.filter((id) => truth.has(id));
  return {
    precision: announced.length === 0 ? 1 : right.length / announced.length,
    recall: there.length === 0 ? 1 : there.filter((id) => announced.includes(id)).length / there.length,
    announced,
    wrong: announced.filter((id) => !truth.has(id)),
    missed: there.filter((id) => !announced.includes(id)),
    repeated: announced.filter((id) => all.filter(({ listingId }) => listingId === id).length > 1),
  };
}

/** The same in words. */
export function scoreLines({ precision, recall, announced, wrong, missed, repeated }: Score): string[] {
  const list = (label: string, ids: readonly string[]) => (ids.length === 0 ? [] : [`${label}: ${ids.join(", ")}`]);
  return [
    `${announced.length} models announced: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
    ...list("announced and not anonymous", wrong),
    ...list("anonymous and not announced", missed),
    ...list("announced more than once", repeated),
  ];
}

/** Of the candidates moderators would have been asked about, how many name who built the model, and which do not. */
export function candidateLines(told: readonly Told[], builders: ReadonlyMap<string, string>): string[] {
  const candidates = told.filter(({ what }) => what === "candidate");
  const wrong = candidates.filter(({ listingId, labs = [] }) => !labs.includes(builders.get(listingId) ?? ""));
  const found = new Set(candidates.filter((one) => !wrong.includes(one)).map(({ listingId }) => listingId));
  return [
    `${candidates.length} candidates: ${candidates.length - wrong.length} right, for ${found.size} of the models; ${wrong.length} wrong`,
    ...wrong.map(({ listingId, detail }) => `wrong for ${listingId}: ${detail}`),
  ];
}
