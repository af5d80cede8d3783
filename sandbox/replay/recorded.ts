import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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
 * The catalogues of a folder, or of the one folder in it that has any, however deep; oldest first. Their names say when they were recorded: `2026-03-12T0057Z.json.gz`, with
 * seconds if wanted, `-1`, `-2` … for more of one minute, compressed or not. Other files are passed over.
 */
export function recordedIn(folder: string): Recorded[] {
  const { from, files } = foundIn(folder);
  return files
    .map((file) => {
      const [, day = "", hour = "", minute = "", second = "00", nth = "0"] = fileName.exec(file) ?? [];
      const at = new Date(`${day}T${hour}:${minute}:${second}Z`);
      if (Number.isNaN(at.getTime())) throw new BadRecording(`${file}: there is no such time`);
      const read = () => readFileSync(join(from, file));
      return { file, at, nth: Number(nth), gzipped: () => (file.endsWith(".gz") ? read() : gzipSync(read())) };
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.nth - b.nth);
}

function foundIn(folder: string): { from: string; files: string[] } {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new BadRecording(`${folder} is no folder`);
  const here = readdirSync(folder).filter((file) => fileName.test(file));
  if (here.length > 0) return { from: folder, files: here };
  const below = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => fileName.test(basename(path)))
    .map((path) => join(folder, path));
  const [from, ...others] = new Set(below.map((path) => dirname(path)));
  if (from === undefined) throw new BadRecording(`no file in ${folder} is called like 2026-03-12T0057Z.json.gz`);
  if (others.length > 0) {
    throw new BadRecording(`several folders in ${folder} hold catalogues, name one: ${[from, ...others].join(", ")}`);
  }
  return { from, files: below.map((path) => basename(path)) };
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
