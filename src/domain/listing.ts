/**
 * A row of OpenRouter's catalogue as the bot knows it. Only the id is certain: every other fact has been missing or
 * malformed at some time, and null says so. Plain JSON: it can be stored as it is.
 */
export type Listing = {
  readonly id: string;
  readonly name: string | null;
  /** OpenRouter's `created`, ISO 8601, UTC: neither immutable nor the moment of listing (models are listed back-dated). */
  readonly createdAt: string | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** Decimal US dollars for one token, as sent; "-1" is what routers say. */
  readonly promptUsdPerToken: string | null;
  readonly completionUsdPerToken: string | null;
  /** In alphabetical order: the catalogue's own order changes without meaning. */
  readonly inputModalities: readonly string[] | null;
  readonly outputModalities: readonly string[] | null;
  readonly tokenizer: string | null;
  readonly description: string | null;
};

/** The author part of an id, in lower case: "stealth" of `stealth/ox-alpha`; "" if there is none. Aliases like `~openai/gpt-latest` lose their tilde. */
export function authorOf(id: string): string {
  const slash = id.indexOf("/");
  return slash < 0 ? "" : id.slice(0, slash).replace(/^~/, "").toLowerCase();
}

/** The id without its variant: `openrouter/cypher-alpha:free` and `openrouter/cypher-alpha` are one model. */
export function withoutVariant(id: string): string {
  return id.replace(/:[^:/]*$/, "");
}

/** Whether both prices are known and nothing is charged. */
export function isFree(listing: Listing): boolean {
  return [listing.promptUsdPerToken, listing.completionUsdPerToken].every((usd) => usd !== null && Number(usd) === 0);
}

/** Whether a price is negative, which is how the catalogue says "depends on where the request is sent". */
export function isPricedAsRouter(listing: Listing): boolean {
  return [listing.promptUsdPerToken, listing.completionUsdPerToken].some((usd) => usd !== null && Number(usd) < 0);
}
