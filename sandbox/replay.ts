import { parseArgs } from "node:util";
import { makeDatabase } from "./demo/database.ts";
import { replay } from "./replay/play.ts";
import { BadRecording, buildersIn, idsIn, recordedIn, truthIn } from "./replay/recorded.ts";
import { candidateLines, lineOf, paceOf, scoreLines, scoreOf } from "./replay/report.ts";

/*
 * `npm run replay`: what would have been announced, changed, withdrawn, held and offered as a candidate, had the bot read these catalogues.
 */

const usage = `npm run replay -- FOLDER [--truth FILE]

FOLDER, or the one folder in it that has any, holds recorded catalogues, called 2026-03-12T0057Z.json.gz or .json: when,
and what GET /models answered.
FILE lists the models that really were anonymous: [{"id": "stealth/…", "official_listing": "lab/model"}, …]. With it the
exit code is 1 unless all of them that the catalogues hold, and no others, are announced exactly once; and it is said how
many of the candidates for who built them are right.`;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { truth: { type: "string" } } });
const [folder, ...more] = positionals;
if (folder === undefined || more.length > 0) {
  console.error(usage);
  process.exit(2);
}

try {
  process.exitCode = await run(folder, values.truth ?? null);
} catch (error) {
  if (!(error instanceof BadRecording)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function run(from: string, truthFile: string | null): Promise<number> {
  const catalogues = recordedIn(from);
  const { database, remove } = await makeDatabase(undefined);
  try {
    const replayed = await replay(database.db, catalogues);
    for (const told of replayed.told) console.log(lineOf(told));
    console.log(paceOf(replayed));
    if (truthFile === null) return 0;
    const score = scoreOf(replayed.told, truthIn(truthFile), idsIn(catalogues));
    for (const line of scoreLines(score)) console.log(line);
    for (const line of candidateLines(replayed.told, buildersIn(truthFile))) console.log(line);
    return score.wrong.length + score.missed.length + score.repeated.length === 0 ? 0 : 1;
  } finally {
    await remove();
  }
}
