import { labs } from "./lab-registry.ts";
import { rules } from "./rules.ts";

/** A stealth model of the past and the lab that turned out to have built it. */
export type PastReveal = {
  /** Its id on OpenRouter, without variant. */
  readonly model: string;
  /** Slug of the lab. */
  readonly lab: string;
  /** The catalogue's `created`, ISO 8601, UTC. */
  readonly listedAt: string;
  /** Day of the reveal, UTC: no reveal came with an hour. */
  readonly revealedOn: string;
};

/**
 * Every reveal by the lab or by OpenRouter, in order of listing. Models nobody was ever named for (Cypher, Aurora) and
 * those only third parties have named are not here.
 */
export const pastReveals: readonly PastReveal[] = [
  { model: "openrouter/quasar-alpha", lab: "openai", listedAt: "2025-04-02T20:46:49Z", revealedOn: "2025-04-14" },
  { model: "openrouter/optimus-alpha", lab: "openai", listedAt: "2025-04-10T13:30:19Z", revealedOn: "2025-04-14" },
  { model: "openrouter/horizon-alpha", lab: "openai", listedAt: "2025-07-30T22:18:04Z", revealedOn: "2025-08-07" },
  { model: "openrouter/horizon-beta", lab: "openai", listedAt: "2025-08-01T23:03:39Z", revealedOn: "2025-08-07" },
  { model: "openrouter/sonoma-sky-alpha", lab: "x-ai", listedAt: "2025-09-05T17:23:21Z", revealedOn: "2025-09-19" },
  { model: "openrouter/sonoma-dusk-alpha", lab: "x-ai", listedAt: "2025-09-05T17:27:27Z", revealedOn: "2025-09-19" },
  { model: "openrouter/andromeda-alpha", lab: "nvidia", listedAt: "2025-10-21T20:03:14Z", revealedOn: "2025-10-28" },
  { model: "openrouter/polaris-alpha", lab: "openai", listedAt: "2025-11-06T17:55:07Z", revealedOn: "2025-11-13" },
  { model: "openrouter/sherlock-think-alpha", lab: "x-ai", listedAt: "2025-11-15T17:49:46Z", revealedOn: "2025-11-19" },
  { model: "openrouter/sherlock-dash-alpha", lab: "x-ai", listedAt: "2025-11-15T17:49:49Z", revealedOn: "2025-11-19" },
  {
    model: "openrouter/bert-nebulon-alpha",
    lab: "mistralai",
    listedAt: "2025-11-24T17:24:18Z",
    revealedOn: "2025-12-02",
  },
  { model: "openrouter/pony-alpha", lab: "z-ai", listedAt: "2026-02-06T16:04:15Z", revealedOn: "2026-02-11" },
  { model: "openrouter/healer-alpha", lab: "xiaomi", listedAt: "2026-03-11T20:24:28Z", revealedOn: "2026-03-18" },
  { model: "openrouter/hunter-alpha", lab: "xiaomi", listedAt: "2026-03-11T20:24:31Z", revealedOn: "2026-03-18" },
  {
    model: "openrouter/elephant-alpha",
    lab: "inclusionai",
    listedAt: "2026-04-13T03:56:38Z",
    revealedOn: "2026-04-21",
  },
  { model: "openrouter/owl-alpha", lab: "meituan", listedAt: "2026-04-28T17:49:49Z", revealedOn: "2026-06-30" },
  { model: "stealth/ox-alpha", lab: "z-ai", listedAt: "2026-08-20T20:04:55Z", revealedOn: "2026-08-26" },
  { model: "stealth/union-alpha", lab: "unbiased", listedAt: "2026-09-16T14:42:03Z", revealedOn: "2026-09-17" },
];

const dayMs = 86_400_000;

/** Whether a reveal was known at that moment. It counts from the end of its day on, because its hour is not known. */
function wasKnown(reveal: PastReveal, at: Date): boolean {
  return Date.parse(reveal.revealedOn) + dayMs <= at.getTime();
}

/** How many models of each lab (by slug) had been revealed at that moment, so that a replay of the past knows no more than one did then. */
export function revealCounts(reveals: readonly PastReveal[], at: Date): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { lab } of reveals.filter((reveal) => wasKnown(reveal, at))) counts.set(lab, (counts.get(lab) ?? 0) + 1);
  return counts;
}

/**
 * The labs a market opens with, likeliest first, with the past reveals their weight follows from (market.md, "Opening").
 * Most reveals first; between equals the one revealed last; between labs never revealed the order of the registry, which
 * is by models in the catalogue. Every tie is decided, so the same moment always opens the same market.
 *
 * @param at the opening: reveals after it do not count
 */
export function likeliestLabs(reveals: readonly PastReveal[], at: Date): { lab: string; reveals: number }[] {
  const counts = revealCounts(reveals, at);
  const latest = (slug: string): number =>
    Math.max(
      0,
      ...reveals
        .filter(({ lab }) => lab === slug)
        .filter((r) => wasKnown(r, at))
        .map((r) => Date.parse(r.revealedOn)),
    );
  return labs
    .map(({ slug }) => ({ lab: slug, reveals: counts.get(slug) ?? 0, latest: latest(slug) }))
    .sort((a, b) => b.reveals - a.reveals || b.latest - a.latest)
    .slice(0, rules.openingLabs)
    .map(({ lab, reveals: count }) => ({ lab, reveals: count }));
}
