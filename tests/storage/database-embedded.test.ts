import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs, { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { hostname } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type DatabaseSettings, openDatabase, rows } from "../../src/storage/database.ts";
import { keepUp } from "../../src/storage/embedded-upkeep.ts";
import { lockFolder } from "../../src/storage/folder-lock.ts";
import { StorageUnavailable } from "../../src/storage/unavailable.ts";
import { embedded, temporaryFolder } from "../support/database.ts";
import { embeddedTemplate } from "../support/embedded-template.ts";
import { nodeArguments } from "../support/programs.ts";

// Each of these takes a few seconds, but they wait for the disk and for processes to start.
const patienceMs = 60_000;

describe("the embedded database", { timeout: 2 * patienceMs }, () => {
  it("is made, with all its tables, where there was none, even if a first try was killed halfway", async () => {
    const dataDir = join(temporaryFolder(), "not", "there", "yet");
    mkdirSync(join(dataDir, "database.unfinished"), { recursive: true });
    writeFileSync(join(dataDir, "database.unfinished", "PG_VERSION"), "18\n");
    const { db, close } = await openDatabase({ dataDir });
    expect(await rows(db, sql`select count(*) as count from servers`)).toEqual([{ count: 0 }]);
    await close();
    expect(readdirSync(dataDir).sort()).toEqual(["database", "unmask.lock"]);
  });

  it("has every commit on the disk before it is acknowledged", async () => {
    const { db, close } = await openWithTable(await embedded.settings());
    const sync = vi.spyOn(fs, "fsyncSync");
    // Without this only the default import of node:fs would show the spy, and src uses the named one.
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    for (let commits = 1; commits <= 20; commits++) {
      await rows(db, sql`insert into written default values`);
      expect(sync.mock.calls.length).toBeGreaterThanOrEqual(commits);
    }
    await rows(db, sql`select * from written`);
    expect(sync.mock.calls.length).toBeLessThan(30);
    await close();
  });

  it("loses nothing it acknowledged when killed at any moment, and opens again", async () => {
    const settings = await embedded.settings();
    await (await openWithTable(settings)).close();
    const acknowledged: number[] = [];
    for (const afterRows of [1, 40, 173]) {
      const { child, lines } = start(settings, "insert");
      await vi.waitUntil(() => lines.length > afterRows, { timeout: patienceMs, interval: 1 });
      child.kill("SIGKILL");
      await once(child, "close");
      acknowledged.push(...lines.slice(1).map(Number));
    }
    const { db, close } = await openDatabase(settings);
    const kept = new Set((await rows<{ id: number }>(db, sql`select id from written`)).map(({ id }) => id));
    await close();
    expect(acknowledged.length).toBeGreaterThan(200);
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  });

  it("is opened by one of two processes that start at once; the other says who has it, in one line", async () => {
    const settings = await embedded.settings();
    const starters = [start(settings, "hold"), start(settings, "hold")];
    await vi.waitUntil(() => starters.every(({ lines }) => lines.length > 0), { timeout: patienceMs });
    const [first, second] = starters.sort((one) => (one.lines[0] === "opened" ? -1 : 1));
    expect([first?.lines, second?.lines]).toEqual([
      ["opened"],
      [
        `StorageUnavailable: DATA_DIR ${settings.dataDir} is in use by another Unmask (process ${first?.child.pid} on ${hostname()}). Stop it, or give this one a DATA_DIR of its own.`,
      ],
    ]);
    first?.child.kill("SIGKILL");
    await first?.closed;
    lockFolder(settings.dataDir).release();
  });

  it("cannot be taken twice by the same process either, and can again once given back", () => {
    const folder = temporaryFolder();
    const first = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/is in use by another Unmask/);
    first.release();
    lockFolder(folder).release();
  });

  it("says so in one line when its folder is a file", async () => {
    const dataDir = join(temporaryFolder(), "file");
    writeFileSync(dataDir, "");
    await expect(openDatabase({ dataDir })).rejects.toThrow(
      new StorageUnavailable(`DATA_DIR ${dataDir} is not a folder. Set DATA_DIR to a folder.`),
    );
    await expect(openDatabase({ dataDir: join(dataDir, "inside") })).rejects.toThrow(/is not a folder/);
  });

  it("says so in one line when its folder belongs to somebody else, may not be made, or is read-only", async () => {
    const folder = temporaryFolder();
    const [closed, readOnly] = [join(folder, "closed"), join(folder, "read-only")];
    for (const path of [closed, readOnly]) mkdirSync(path);
    chmodSync(folder, 0o755);
    asAnOrdinaryUser();
    if (process.getuid?.() !== 0) for (const path of [closed, readOnly]) chmodSync(path, 0o500);
    await expect(openDatabase({ dataDir: readOnly })).rejects.toThrow(
      `DATA_DIR ${readOnly} cannot be written to (EACCES).`,
    );
    await expect(openDatabase({ dataDir: join(closed, "new") })).rejects.toThrow(
      `DATA_DIR ${join(closed, "new")} cannot be created (EACCES).`,
    );
  });

  it("says so in one line, and gives the folder back, when what is in it is no database of this version", async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, "database"));
    writeFileSync(join(dataDir, "database", "PG_VERSION"), "12\n");
    await expect(openDatabase({ dataDir })).rejects.toThrow(
      /cannot be opened \(.*; it was written by PostgreSQL 12\)\.$/,
    );
    lockFolder(dataDir).release();
  });

  it("does for itself what a server does in the background: vacuum and checkpoint", async () => {
    const client = await PGlite.create({ loadDataDir: await embeddedTemplate() });
    onTestFinished(() => client.close());
    await client.exec("create table counters (id int primary key, count int)");
    await client.exec("insert into counters select id, 0 from generate_series(1, 1000) as id");
    for (let turn = 0; turn < 5; turn++) await client.exec("update counters set count = count + 1");
    const dead = "select n_dead_tup from pg_stat_user_tables where relname = 'counters'";
    const replay = "select pg_current_wal_lsn() - redo_lsn as bytes from pg_control_checkpoint()";
    const before = Number((await client.query<{ bytes: string }>(replay)).rows[0]?.bytes);
    await keepUp(client);
    expect((await client.query(dead)).rows).toEqual([{ n_dead_tup: 0 }]);
    expect(before).toBeGreaterThan(100_000);
    expect(Number((await client.query<{ bytes: string }>(replay)).rows[0]?.bytes)).toBeLessThan(1_000);
  });
});

async function openWithTable(settings: DatabaseSettings) {
  const database = await openDatabase(settings);
  await rows(database.db, sql`create table written (id serial primary key)`);
  return database;
}

/** root may do anything anywhere, so a test about rights becomes nobody until its end. */
function asAnOrdinaryUser(): void {
  if (process.getuid?.() !== 0) return;
  const nobody = Number(/^nobody:[^:]*:(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"))?.[1] ?? 65534);
  process.seteuid?.(nobody);
  onTestFinished(() => process.seteuid?.(0));
}

function start(settings: DatabaseSettings, task: "insert" | "hold") {
  const program = nodeArguments("tests/support/storage-process.ts");
  const child: ChildProcess = spawn(process.execPath, [...program, JSON.stringify(settings), task], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  const closed = once(child, "close");
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, lines, closed };
}
