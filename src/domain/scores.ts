import { OTHER } from "./lab.ts";
import { rules } from "./rules.ts";

function clampToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/**
 * Points of a standing call on the calls board, 0 to 100, not rounded (market.md, "Scores"): wrong 0, right
 * 100 · (.4 + .3·E + .3·S) with E = (T_pub − t_call)/(T_pub − T_open), S = log2(1/p_call)/log2 50, both within [0, 1].
 * Throws if the source is not younger than the market: such a market can only be voided.
 *
 * @param settled.price the price just before the call
 */
export function callScore(settled: {
  readonly right: boolean;
  readonly openedAt: Date;
  readonly publishedAt: Date;
  readonly calledAt: Date;
  readonly price: number;
}): number {
  const openMs = settled.publishedAt.getTime() - settled.openedAt.getTime();
  if (!(openMs > 0)) throw new Error("a market opened after its source was published has no scores");
  if (!settled.right) return 0;
  const early = clampToUnit((settled.publishedAt.getTime() - settled.calledAt.getTime()) / openMs);
  const bold = clampToUnit(Math.log2(1 / settled.price) / Math.log2(rules.callBoldOdds));
  return rules.callScale * (rules.callBase + rules.callEarly * early + rules.callBold * bold);
}

/**
 * Whether a standing call is right: a plain "someone else" for every builder that was not listed when it was made, any
 * other for its own lab only, wherever its shares are. With two builders either will do: both are full correct calls.
 *
 * @param call the lab meant, OTHER for "someone else" and for a name nobody knew, which `name` then holds
 * @param builders slugs of the one or two labs that built the model
 * @param listedWhenMade labs that were outcomes of the market when the call was made
 * @param labOf the slug of the lab a name belongs to now, null if nobody goes by it
 */
export function isRightCall(
  call: { readonly lab: string; readonly name: string | null },
  builders: readonly string[],
  listedWhenMade: ReadonlySet<string>,
  labOf: (name: string) => string | null,
): boolean {
  if (call.lab !== OTHER) return builders.includes(call.lab);
  if (call.name === null) return builders.some((lab) => !listedWhenMade.has(lab));
  const lab = labOf(call.name);
  return lab !== null && builders.includes(lab);
}
