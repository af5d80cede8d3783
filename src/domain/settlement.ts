import type { MarketStateName } from "./market-state.ts";
/** Where a member stands in a settlement. */
export type SettlementPosition = {
  readonly memberId: string;
  readonly name: string;
  readonly lab: string | null;
  readonly payoutPoints: number;
  /** What the member had in from the own wallet before the lockout. */
  readonly costPoints: number;
  /** Change of the wallet by taking back what came after the source was published. */
  readonly latePoints: number;
};

/** What confirming a lab would do, or did: computed by the settlement itself, so preview and result cannot differ. */
export type SettlementSummary = {
  readonly modelId: number;
  readonly modelName: string;
  readonly revision: number;
  readonly builders: readonly string[];
  readonly source: string;
  readonly openedAt: Date;
  readonly publishedAt: Date;
  /** Members with a standing call at that time, those who were right, and those who are paid. */
  readonly callers: number;
  readonly right: number;
  readonly paidMembers: number;
  readonly paidPoints: number;
  /** Members whose actions at or after that time are taken back, and how many actions. */
  readonly lateMembers: number;
  readonly lateTrades: number;
  readonly firstRight: {
    readonly memberId: string;
    readonly name: string;
    readonly calledAt: Date;
    readonly callPrice: number;
  } | null;
  /** The largest payouts, at most ten. */
  readonly top: readonly SettlementPosition[];
  /** The settler's own, always named. */
  readonly settler: SettlementPosition;
  readonly settlerMemberId: string;
};

export type DecisionRefusal =
  | { readonly reason: "no-such-model" }
  | { readonly reason: "no-such-lab"; readonly typed: string }
  | { readonly reason: "same-lab-twice" }
  | { readonly reason: "other-is-no-lab" }
  | { readonly reason: "no-reason" }
  | { readonly reason: "bad-source" }
  | { readonly reason: "bad-time"; readonly typed: string }
  | { readonly reason: "in-the-future"; readonly publishedAt: Date }
  | { readonly reason: "before-opening"; readonly openedAt: Date; readonly publishedAt: Date }
  | { readonly reason: "already"; readonly state: MarketStateName; readonly modelName: string }
  | { readonly reason: "changed-since"; readonly modelName: string };

export type SettlementAnswer =
  | { readonly done: true; readonly summary: SettlementSummary }
  | { readonly done: false; readonly refusal: DecisionRefusal };

export type DecisionAnswer =
  | {
      readonly done: true;
      readonly kind: "void" | "reopen" | "freeze" | "unfreeze";
      readonly modelId: number;
      readonly modelName: string;
      /** Members who got points back (void), or whose settlement was reversed (reopen). */
      readonly touchedMembers: number;
      readonly reason: string;
    }
  | { readonly done: false; readonly refusal: DecisionRefusal };

/** The times a source may be given in: ISO 8601, `2026-03-18 19:54` (UTC), Unix seconds, or Discord's <t:…>. */
export function readTime(typed: string): Date | null {
  const text = typed.trim();
  const unix = /^(?:<t:(-?\d{1,11})(?::[tTdDfFR])?>|(\d{9,11}))$/.exec(text);
  if (unix) return dateOrNull(Number(unix[1] ?? unix[2]) * 1000);
  const parts =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i.exec(
      text,
    );
  if (!parts) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "0", zone = "Z"] = parts;
  if (!realDay(Number(year), Number(month), Number(day))) return null;
  const offset = /^(?:z|utc)$/i.test(zone) ? "Z" : zone.includes(":") ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  return dateOrNull(
    Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, "0")}${offset}`),
  );
}

/** Date.parse takes 31 April for 1 May. */
function realDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function dateOrNull(ms: number): Date | null {
  return Number.isFinite(ms) && !Number.isNaN(new Date(ms).getTime()) ? new Date(ms) : null;
}

/**
 * A source a moderator gives: an http(s) address that is shown and never fetched; null if it is not one, or longer than
 * messages have room for. What counts is its length as it is shown, with other letters than English ones written out.
 */
export function readSource(typed: string): string | null {
  try {
    const url = new URL(typed.trim().replace(/^<(.*)>$/, "$1"));
    const web = url.protocol === "https:" || url.protocol === "http:";
    return web && url.href.length <= 500 && url.username === "" && url.password === "" ? url.href : null;
  } catch {
    return null;
  }
}
