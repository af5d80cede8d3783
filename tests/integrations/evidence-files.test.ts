import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createEvidenceFiles } from "../../src/integrations/evidence-files.ts";
import { temporaryFolder } from "../support/database.ts";

const png = Buffer.from("89504e470d0a1a0a", "hex");
const hourMs = 60 * 60_000;
/** All folders are looked through in so many steps. */
const turn = 32;

/** A keeper of files whose host gives a picture of its own for every path. */
async function aKeeper(settings: { mostBytes?: number; dataDir?: string } = {}) {
  const server = createServer(({ url = "" }, response) => {
    response.writeHead(200, { "content-type": "image/png" }).end(Buffer.concat([png, Buffer.from(url)]));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { dataDir = temporaryFolder() } = settings;
  const keeper = createEvidenceFiles({ hosts: [host], ...settings, dataDir });
  const keep = (name: string, sizeBytes = 16) =>
    keeper.keep({ attachmentId: "1", name, url: `http://${host}/${name}`, sizeBytes }, 1000);
  const kept = async (name: string) => {
    const { file, takeBack } = await keep(name);
    if (file.sha256 === null) throw new Error(`not kept: ${file.problem}`);
    return { sha256: file.sha256, takeBack };
  };
  const isThere = async (sha256: string) => (await keeper.find(sha256)) !== null;
  const age = async (sha256: string, ms = 2 * hourMs) => {
    const then = new Date(Date.now() - ms);
    utimesSync((await keeper.find(sha256)) ?? "", then, then);
  };
  /** Looks through everything once; `used` are the copies that belong to a piece. */
  const sweepAll = async (...used: string[]) => {
    for (let i = 0; i < turn; i++) {
      await keeper.sweep(async (hashes) => new Set(hashes.filter((hash) => used.includes(hash))));
    }
  };
  return { dataDir, keep, kept, keeper, isThere, age, sweepAll };
}

it("a copy is taken back by whom it was made for alone, and not while others file the same", async () => {
  const { kept, isThere } = await aKeeper();
  const alone = await kept("alone");
  await alone.takeBack();
  expect(await isThere(alone.sha256)).toBe(false);
  const [first, second] = [await kept("shared"), await kept("shared")];
  await second.takeBack();
  await first.takeBack();
  expect(await isThere(first.sha256)).toBe(true);
});

it("copies nobody uses any more are removed at the second look, and neither new ones nor those in use", async () => {
  const { dataDir, kept, age, isThere, sweepAll } = await aKeeper();
  const [used, unused, young] = [await kept("used"), await kept("unused"), await kept("young")];
  await age(used.sha256);
  await age(unused.sha256);
  const abandoned = join(dataDir, "evidence", "incoming", "abandoned");
  writeFileSync(abandoned, "half a file");
  utimesSync(abandoned, new Date(0), new Date(0));
  await sweepAll(used.sha256);
  // Somebody may just be reading it.
  expect(await isThere(unused.sha256)).toBe(true);
  await sweepAll(used.sha256);
  expect(await isThere(unused.sha256)).toBe(false);
  expect([await isThere(used.sha256), await isThere(young.sha256)]).toEqual([true, true]);
  expect(existsSync(abandoned)).toBe(false);
});

it("a copy that is filed again between two looks stays", async () => {
  const { kept, age, isThere, sweepAll } = await aKeeper();
  const [used, again] = [await kept("used"), await kept("again")];
  await age(used.sha256);
  await age(again.sha256);
  await sweepAll(used.sha256);
  await kept("again");
  await sweepAll(used.sha256);
  expect(await isThere(again.sha256)).toBe(true);
});

it("nothing is removed while the database knows none of the copies: it may be the wrong one", async () => {
  const { kept, age, isThere, sweepAll } = await aKeeper();
  const { sha256 } = await kept("unknown");
  await age(sha256);
  for (let i = 0; i < 3; i++) await sweepAll();
  expect(await isThere(sha256)).toBe(true);
});

it("no more is kept than the host gives room for, also after a restart, and removed files make room", async () => {
  const most = { mostBytes: 2 * 4096 };
  const { dataDir, keep, kept } = await aKeeper(most);
  const [, second] = [await kept("one"), await kept("two")];
  expect((await keep("three")).file).toMatchObject({ sha256: null, problem: "disk-full" });
  const again = await aKeeper({ ...most, dataDir });
  expect((await again.keep("three")).file).toMatchObject({ problem: "disk-full" });
  await second.takeBack();
  expect((await keep("three")).file).toMatchObject({ problem: null });
  expect((await (await aKeeper({ mostBytes: 0 })).keep("one")).file).toMatchObject({ problem: "disk-full" });
  expect(readdirSync(join(dataDir, "evidence", "incoming"))).toEqual([]);
});
