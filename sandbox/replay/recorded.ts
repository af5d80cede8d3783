import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { labByAuthor } from "../../src/domain/lab.ts";
import { authorOf } from "../../src/domain/listing.ts";

/** A catalogue somebody recorded: when, and the body OpenRouter sent, compressed. */
export type Recorded = { readonly file: string; readonly at: Date; readonly gzipped: () => Buffer };

/** The folder, or a file in it, is not what it should be; the message is for the person at the terminal. */
export class BadRecording extends Error {
  override name = "BadRecording";
}

const fileName = /^(\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})(\d{2})?Z(?:-(\d+))?\.json(\.gz)?$/;

/**
 * The catalogues of a folder, oldest first. Their names say when they were recorded: `2026-03-12T0057Z.json.gz`, with
 * seconds if wanted, `-1`, `-2` … for more of one minute, compressed or not. Other files are passed over.
 */
export function recordedIn(folder: string): Recorded[] {
  const files = readdirSync(folder).filter((file) => fileName.test(file));
  if (files.length === 0) throw new BadRecording(`no file in ${folder} is called like 2026-03-12T0057Z.json.gz`);
  return files
    .map((file) => {
      const [, day = "", hour = "", minute = "", second = "00", nth = "0"] = fileName.exec(file) ?? [];
      const at = new Date(`${day}T${hour}:${minute}:${second}Z`);
      if (Number.isNaN(at.getTime())) throw new BadRecording(`${file}: there is no such time`);
      const read = () => readFileSync(join(folder, file));
      return { file, at, nth: Number(nth), gzipped: () => (file.endsWith(".gz") ? read() : gzipSync(read())) };
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.nth - b.nth);
}

const wireIds = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Every id the catalogues hold, read without the bot's own reader. */
export function idsIn(catalogues: readonly Recorded[]): Set<string> {
  return new Set(
    catalogues.flatMap(({ gzipped }) =>
      wireIds.parse(JSON.parse(gunzipSync(gzipped()).toString("utf8"))).data.map(({ id }) => id),
    ),
  );
}

const wireTruth = z.array(
  z.object({ id: z.string(), listed_id: z.string().optional(), official_listing: z.string().nullish() }),
);

function entriesIn(file: string) {
  return wireTruth
    .parse(JSON.parse(readFileSync(file, "utf8")))
    .map(({ id, listed_id, official_listing }) => ({ id: listed_id ?? id, official: official_listing ?? null }));
}

/** The ids of the models that really were anonymous, from a file of entries with `id`, or `listed_id` where it was listed under another. */
export function truthIn(file: string): Set<string> {
  return new Set(entriesIn(file).map(({ id }) => id));
}

/** Which lab built them, by slug, where the file names an `official_listing` of a lab we know. */
export function buildersIn(file: string): Map<string, string> {
  return new Map(
    entriesIn(file).flatMap(({ id, official }): [string, string][] => {
      const lab = official === null ? null : labByAuthor(authorOf(official));
      return lab ? [[id, lab.slug]] : [];
    }),
  );
}
