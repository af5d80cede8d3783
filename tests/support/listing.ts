import type { Listing } from "../../src/domain/listing.ts";

/** A row of the catalogue as a stealth model has it. */
export function aListing(changes: Partial<Listing> = {}): Listing {
  return {
    id: "openrouter/hunter-alpha",
    name: "Hunter Alpha",
    createdAt: "2026-03-11T20:24:31.000Z",
    contextTokens: 1_048_576,
    maxOutputTokens: 32_000,
    promptUsdPerToken: "0",
    completionUsdPerToken: "0",
    inputModalities: ["text"],
    outputModalities: ["text"],
    tokenizer: "Other",
    description: null,
    ...changes,
  };
}
