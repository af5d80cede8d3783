import { labByAuthor } from "./lab.ts";
import { authorOf, isFree, isPricedAsRouter, type Listing, withoutVariant } from "./listing.ts";

/** Every reason a verdict can have, with the words logs use for it; what members read is said in views. */
export const stealthReasons = {
  "stealth-namespace": "its id begins with stealth/",
  "openrouter-namespace": "its id begins with openrouter/",
  "not-a-router": "its tokenizer is not Router",
  "tokenizer-router": "its tokenizer is Router",
  "tokenizer-missing": "the catalogue gives no tokenizer",
  "priced-as-router": "its price is negative, as routers' prices are",
  "known-exception": "it is a known model that was never anonymous",
  "known-author": "its id names an author we know",
  "vendor-in-name": "its name begins with a vendor",
  paid: "it costs money or its price is unknown",
  "unknown-author": "its id names an author never seen before",
  "no-vendor-in-name": "its name gives no vendor",
  free: "it is free",
  "served-as-stealth": "its provider is called Stealth",
  "opened-by-moderators": "moderators opened it for their server",
} as const;

export type StealthReason = keyof typeof stealthReasons;

/** stealth: open a market. doubtful: show it to moderators, not to the channel. ordinary: nothing. */
export type StealthVerdict = {
  readonly verdict: "stealth" | "doubtful" | "ordinary";
  readonly reasons: readonly StealthReason[];
};

/** OpenRouter's own listings that are neither routers nor anonymous. */
const knownExceptions: ReadonlySet<string> = new Set(["openrouter/cinematika-7b"]);

/**
 * Whether a listing is an anonymous model, and why. The rule is "`stealth/*`, or `openrouter/*` whose tokenizer is not
 * `Router`": on the recorded catalogues it found every stealth model and nothing else. Names and descriptions are not
 * asked: "Elephant" had no alpha in it, and ordinary models do. What contradicts itself under `openrouter/`, and a free
 * model by nobody under an author never seen before, is doubtful.
 *
 * @param seenAuthors authors (see `authorOf`) of the listings seen before this read; labs of the registry are known anyway
 */
export function judgeStealth(listing: Listing, seenAuthors: ReadonlySet<string>): StealthVerdict {
  const author = authorOf(listing.id);
  if (author === "stealth") return { verdict: "stealth", reasons: ["stealth-namespace"] };
  if (author === "openrouter") return judgeOwnNamespace(listing);
  if (seenAuthors.has(author) || labByAuthor(author)) return { verdict: "ordinary", reasons: ["known-author"] };
  if (listing.name?.includes(":")) return { verdict: "ordinary", reasons: ["vendor-in-name"] };
  if (!isFree(listing)) return { verdict: "ordinary", reasons: ["paid"] };
  return { verdict: "doubtful", reasons: ["free", "no-vendor-in-name", "unknown-author"] };
}

function judgeOwnNamespace(listing: Listing): StealthVerdict {
  if (knownExceptions.has(withoutVariant(listing.id).toLowerCase())) {
    return { verdict: "ordinary", reasons: ["known-exception"] };
  }
  if (listing.tokenizer?.toLowerCase() === "router") return { verdict: "ordinary", reasons: ["tokenizer-router"] };
  const tokenizer = listing.tokenizer === null ? "tokenizer-missing" : "not-a-router";
  if (isPricedAsRouter(listing)) {
    return { verdict: "doubtful", reasons: ["openrouter-namespace", tokenizer, "priced-as-router"] };
  }
  return {
    verdict: listing.tokenizer === null ? "doubtful" : "stealth",
    reasons: ["openrouter-namespace", tokenizer],
  };
}
