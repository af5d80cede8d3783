import { readFileSync } from "node:fs";

/** An entry of the catalogue as the wire has it. Only the id is certain, and tests send worse than that. */
export type WireListing = { readonly id: string; readonly [field: string]: unknown };

/** A line of a file of changes: an entry as it is from then on, or an id that is gone. */
type Change = WireListing | { readonly id: string; readonly gone: true };

function linesOf<Line>(file: string): Line[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

function changed(listings: readonly WireListing[], changes: readonly Change[]): WireListing[] {
  const after = new Map(listings.map((listing) => [listing.id, listing]));
  for (const change of changes) {
    if ("gone" in change) after.delete(change.id);
    else after.set(change.id, change);
  }
  return [...after.values()];
}

/**
 * OpenRouter's catalogue around Hunter Alpha and Healer Alpha, as recorded at about 01:00 UTC on 11 March 2026 (before
 * they were listed), 12 March (listed) and 19 March (gone; MiMo-V2-Pro and MiMo-V2-Omni are there instead), cut to facts:
 * ids, names, times, context, modalities, tokenizer, prices of prompt and completion. Descriptions are left out.
 */
export function marchCatalogues(): { before: WireListing[]; after: WireListing[]; revealed: WireListing[] } {
  const before = linesOf<WireListing>("catalogue-2026-03-11.jsonl");
  const after = changed(before, linesOf<Change>("changes-2026-03-12.jsonl"));
  const revealed = changed(after, linesOf<Change>("changes-2026-03-19.jsonl"));
  return { before, after, revealed };
}

/** A valid entry, as OpenRouter sends a stealth model; give what should differ. */
export function aWireListing(fields: Partial<WireListing> = {}): WireListing {
  return {
    id: "openrouter/hunter-alpha",
    name: "Hunter Alpha",
    created: 1773260671,
    context_length: 1048576,
    architecture: { input_modalities: ["text"], output_modalities: ["text"], tokenizer: "Other" },
    pricing: { prompt: "0", completion: "0" },
    top_provider: { max_completion_tokens: 65536 },
    ...fields,
  };
}
