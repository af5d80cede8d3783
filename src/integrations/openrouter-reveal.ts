import type { ChatFailure } from "../domain/chat.ts";
import { oneLine } from "../domain/clean-text.ts";
import { linkedListings } from "../domain/reveal.ts";

type Reveal = Extract<ChatFailure, { reason: "revealed" }>;

const mostSentenceCharacters = 500;
const mostNameCharacters = 100;
const mostListings = 5;

const listingId = /^[\w.-]{1,60}\/[\w.:-]{1,100}$/;

/**
 * Reads OpenRouter's sentence about a model that is no longer anonymous. Without such a sentence it is null, also where
 * other models are recommended: that a listing is gone and what to use now does not say who built it. What the sentence
 * links comes first: what is recommended may be anybody's.
 * @param recommended listings OpenRouter names beside the sentence
 */
export function readReveal(message: string, recommended: readonly string[]): Reveal | null {
  const sentence = oneLine(message).slice(0, mostSentenceCharacters).toWellFormed();
  if (!/\bstealth model\b.*\brevealed\b/i.test(sentence)) return null;
  const listings = [...linkedListings(sentence), ...recommended].filter((id) => listingId.test(id));
  return {
    reason: "revealed",
    sentence,
    officialName: nameIn(sentence),
    listingIds: [...new Set(listings)].slice(0, mostListings),
  };
}

/** What follows "as"; names have dots in them, so it ends where the link is announced or the sentence ends. */
function nameIn(sentence: string): string | null {
  const name =
    /\bas (?:an? )?(?:[\w-]+ ){0,3}?(?:version|preview|checkpoint) of (.+?)\.?(?=\s+Find it\b|\s+https?:|$)/i;
  const found = (name.exec(sentence) ??
    /\brevealed\b.*?\bas (.+?)\.?(?=\s+Find it\b|\s+https?:|$)/i.exec(sentence))?.[1];
  return found && found.length <= mostNameCharacters ? found : null;
}
