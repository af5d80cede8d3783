import { z } from "zod";
import type { Listing } from "../domain/listing.ts";

/** An entry left out. `position` counts from 0 over all pages. */
export type RejectedEntry = {
  readonly position: number;
  readonly id: string | null;
  readonly why: "not-an-object" | "bad-id" | "duplicate" | "malformed";
};

/** An entry kept without some of its fields, like "architecture.tokenizer". */
export type GarbledEntry = { readonly id: string; readonly fields: readonly string[] };

/** Longest texts kept. The longest seen are 61 (id), 59 (name) and 3,631 (description) characters. */
const mostCharacters = { id: 200, name: 200, description: 8_000, word: 60 };

/** PostgreSQL refuses NUL and lone surrogates, and both have been sent. */
function clean(text: string, most: number): string | null {
  const cut = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  const cleaned = cut
    .replaceAll("\0", "")
    .replace(/\p{Surrogate}(?=…$)/u, "")
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .trim();
  return cleaned === "" ? null : cleaned;
}

const line = (most: number) => z.string().transform((text) => clean(text.replace(/\s+/g, " "), most));
const words = z
  .array(z.string().transform((text) => clean(text, mostCharacters.word)))
  .max(50)
  .transform((all) => [...new Set(all.filter((word) => word !== null))].sort());
const tokens = z.int().min(0).max(2_147_483_647);
const price = z.union([z.string(), z.number().transform(String)]).pipe(
  z
    .string()
    .max(40)
    .regex(/^-?\d+(\.\d+)?(e[-+]?\d+)?$/i),
);

/** An id is a key: it is taken as it is or not at all. Ids that begin with `server:` are the bot's own, for models that servers add. */
const id = z
  .string()
  .max(mostCharacters.id)
  .regex(/^(?!server:)[\x21-\x7e]+$/i);

/** An entry as OpenRouter sends it; every field but the id is optional. */
const wireEntry = z.object({
  id,
  name: line(mostCharacters.name).nullish(),
  created: z.int().positive().max(4_102_444_800).nullish(),
  description: z
    .string()
    .transform((text) => clean(text, mostCharacters.description))
    .nullish(),
  context_length: tokens.nullish(),
  architecture: z
    .object({
      input_modalities: words.nullish(),
      output_modalities: words.nullish(),
      tokenizer: line(mostCharacters.word).nullish(),
    })
    .nullish(),
  pricing: z.object({ prompt: price.nullish(), completion: price.nullish() }).nullish(),
  top_provider: z.object({ max_completion_tokens: tokens.nullish() }).nullish(),
});

function toListing(entry: z.infer<typeof wireEntry>, garbled: ReadonlySet<string>): Listing {
  const { architecture, pricing } = entry;
  // A price of zero may be left out of a pricing that is there; one that was garbled is unknown.
  const usd = (key: "prompt" | "completion") =>
    pricing?.[key] ?? (pricing && !garbled.has(`pricing.${key}`) ? "0" : null);
  return {
    id: entry.id,
    name: entry.name ?? null,
    createdAt: entry.created ? new Date(entry.created * 1000).toISOString() : null,
    contextTokens: entry.context_length ?? null,
    maxOutputTokens: entry.top_provider?.max_completion_tokens ?? null,
    promptUsdPerToken: usd("prompt"),
    completionUsdPerToken: usd("completion"),
    inputModalities: architecture?.input_modalities ?? null,
    outputModalities: architecture?.output_modalities ?? null,
    tokenizer: architecture?.tokenizer ?? null,
    description: entry.description ?? null,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The entry without the fields at these paths, which are one or two names long ("created", "pricing.prompt"). */
function withoutFields(entry: Fields, paths: ReadonlySet<string>): Fields {
  const keep = (fields: Fields, prefix: string): Fields =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([field]) => !paths.has(prefix + field))
        .map(([field, value]) => [field, prefix === "" && isFields(value) ? keep(value, `${field}.`) : value]),
    );
  return keep(entry, "");
}

function readEntry(entry: Fields): { listing: Listing; garbled: ReadonlySet<string> } | null {
  const whole = wireEntry.safeParse(entry);
  if (whole.success) return { listing: toListing(whole.data, new Set()), garbled: new Set() };
  const garbled = new Set(whole.error.issues.map((issue) => issue.path.slice(0, 2).join(".")));
  const rest = wireEntry.safeParse(withoutFields(entry, garbled));
  return rest.success ? { listing: toListing(rest.data, garbled), garbled } : null;
}

/**
 * Checks every entry on its own. One without a usable id is left out, and so is an id that came already in this reply;
 * any other field that is not what it should be only counts as unknown.
 */
export function readEntries(entries: readonly unknown[]): {
  listings: Listing[];
  rejected: RejectedEntry[];
  garbled: GarbledEntry[];
} {
  const listings = new Map<string, Listing>();
  const rejected: RejectedEntry[] = [];
  const garbled: GarbledEntry[] = [];
  for (const [position, entry] of entries.entries()) {
    if (!isFields(entry)) {
      rejected.push({ position, id: null, why: "not-an-object" });
      continue;
    }
    const known = id.safeParse(entry.id);
    const read = known.success ? readEntry(entry) : null;
    if (!known.success) rejected.push({ position, id: null, why: "bad-id" });
    else if (!read) rejected.push({ position, id: known.data, why: "malformed" });
    else if (listings.has(known.data)) rejected.push({ position, id: known.data, why: "duplicate" });
    else {
      listings.set(known.data, read.listing);
      if (read.garbled.size > 0) garbled.push({ id: known.data, fields: [...read.garbled] });
    }
  }
  return { listings: [...listings.values()], rejected, garbled };
}
