import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { replay } from "../../sandbox/replay/play.ts";
import { BadRecording, buildersIn, idsIn, recordedIn, truthIn } from "../../sandbox/replay/recorded.ts";
import { candidateLines, lineOf, scoreLines, scoreOf } from "../../sandbox/replay/report.ts";
import { embedded, temporaryFolder } from "../support/database.ts";

const { before, after, revealed } = marchCatalogues();
const burst = Array.from({ length: 6 }, (_, i) => ({ id: `stealth/burst-${i}`, name: `Burst ${i}` }));

/** March 2026 as somebody might have recorded it. */
function aRecording(): string {
  const folder = temporaryFolder();
  const put = (file: string, listings: object[]) => {
    const body = JSON.stringify({ data: listings });
    writeFileSync(join(folder, file), file.endsWith(".gz") ? gzipSync(body) : body);
  };
  put("2026-03-11T0100Z.json.gz", before);
  put("2026-03-12T0057Z.json", after);
  put("2026-03-12T0057Z-1.json.gz", after.slice(0, 50));
  put("2026-03-12T0100Z.json.gz", [...after, ...burst]);
  for (const day of [19, 20, 21]) put(`2026-03-${day}T0100Z.json.gz`, revealed);
  writeFileSync(join(folder, "2026-03-22T0100Z.json"), "<html>");
  writeFileSync(join(folder, "notes.txt"), "not a catalogue");
  return folder;
}

it("a recorded folder is played in order of time, and it is told what a server would have read", async () => {
  const { db } = await embedded.open();
  const catalogues = recordedIn(aRecording());
  const { told } = await replay(db, catalogues);
  expect(told.map((one) => lineOf(one).replace(/ +/g, " "))).toEqual([
    "2026-03-12 00:57 announced openrouter/healer-alpha in the same minute as Hunter Alpha",
    "2026-03-12 00:57 announced openrouter/hunter-alpha in the same minute as Healer Alpha",
    "2026-03-12 00:57 ignored it lost over half of its listings",
    ...burst.map(({ id }) => `2026-03-12 01:00 held ${id} burst`),
    "2026-03-21 01:00 changed openrouter/healer-alpha withdrawn",
    "2026-03-21 01:00 changed openrouter/hunter-alpha withdrawn",
    "2026-03-21 01:00 candidate openrouter/healer-alpha Xiaomi: MiMo-V2-Omni, score 0.98",
    "2026-03-21 01:00 candidate openrouter/hunter-alpha Xiaomi: MiMo-V2-Pro, score 0.98",
    "2026-03-22 01:00 ignored not a catalogue",
  ]);

  const truthFile = join(temporaryFolder(), "truth.json");
  const truth = [
    { id: "openrouter/hunter-alpha", official_listing: "xiaomi/mimo-v2-pro" },
    { id: "openrouter/burst", listed_id: "stealth/burst-0" },
    { id: "stealth/never-recorded" },
  ];
  writeFileSync(truthFile, JSON.stringify(truth));
  const held = idsIn(catalogues.filter(({ file }) => !file.startsWith("2026-03-22")));
  const score = scoreOf(told, truthIn(truthFile), held);
  expect(scoreLines(score)).toEqual([
    "2 models announced: precision 0.500, recall 0.500",
    "announced and not anonymous: openrouter/healer-alpha",
    "anonymous and not announced: stealth/burst-0",
  ]);
  expect(candidateLines(told, buildersIn(truthFile))).toEqual([
    "2 candidates: 1 right, for 1 of the models; 1 wrong",
    "wrong for openrouter/healer-alpha: Xiaomi: MiMo-V2-Omni, score 0.98",
  ]);
});

it("a folder without catalogues is refused with the name a file should have", () => {
  expect(() => recordedIn(temporaryFolder())).toThrow(BadRecording);
  expect(() => recordedIn(join(temporaryFolder(), "gone"))).toThrow(BadRecording);
});

it("a folder around the recorded one will do, unless there are several to choose from", () => {
  const around = temporaryFolder();
  const put = (...names: string[]) => {
    const folder = join(around, ...names);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "2026-03-11T0100Z.json"), JSON.stringify({ data: [{ id: "a/b" }] }));
    return folder;
  };
  const first = put("shop", "recorded");
  writeFileSync(join(around, "recorded.json"), "[]");
  expect(recordedIn(around)).toEqual(recordedIn(first).map((one) => ({ ...one, gzipped: expect.any(Function) })));
  expect([...idsIn(recordedIn(around))]).toEqual(["a/b"]);
  const second = put("another");
  expect(() => recordedIn(around)).toThrow(first);
  expect(() => recordedIn(around)).toThrow(second);
});
