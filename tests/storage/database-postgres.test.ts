import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, it, onTestFinished, vi } from "vitest";
import { type Database, openDatabase, rows, transact } from "../../src/storage/database.ts";
import { StorageUnavailable } from "../../src/storage/unavailable.ts";
import { describeOnBoth, describeOnPostgres, embedded, temporaryFolder } from "../support/database.ts";
import { dropDatabase, newBareDatabase } from "../support/database-server.ts";

describeOnBoth("either database", (database) => {
  it("reads the same values as the same JavaScript", async () => {
    const { db } = await database.open();
    const [row] = await rows(
      db,
      sql`select 12::bigint as small, 9007199254740993::bigint as large, 1.50::numeric as exact, true as yes,
        array[1, 2]::bigint[] as list, array[0.5]::float8[] as quantities, '{"a": [1]}'::jsonb as json,
        null as nothing, timestamptz '2026-03-11 12:00:00.5+01' as at, count(*) as count, sum(1) as sum`,
    );
    expect(row).toEqual({
      small: 12,
      large: 9007199254740993n,
      exact: "1.50",
      yes: true,
      list: [1, 2],
      quantities: [0.5],
      json: { a: [1] },
      nothing: null,
      at: "2026-03-11 11:00:00.5+00",
      count: 1,
      sum: 1,
    });
  });

  it("tells a broken rule by the same code", async () => {
    const { db } = await database.open();
    const twice = transact(db, async (tx) => {
      await rows(tx, sql`create temporary table two (id int primary key)`);
      await rows(tx, sql`insert into two values (1), (1)`);
    });
    await expect(twice).rejects.toMatchObject({ cause: { code: "23505" } });
  });

  it("keeps nothing of a transaction that threw", async () => {
    const { db } = await database.open();
    const thrown = transact(db, async (tx) => {
      await rows(tx, sql`insert into servers (server_id, name, joined_at) values ('1', 'one', now())`);
      throw new Error("second thoughts");
    });
    await expect(thrown).rejects.toThrow("second thoughts");
    expect(await rows(db, sql`select * from servers`)).toEqual([]);
  });

  it("tries a transaction that met a conflict five times, and any other once", async () => {
    const { db } = await database.open();
    for (const [code, times] of [
      ["40001", 5],
      ["40P01", 5],
      ["23514", 1],
    ] as const) {
      const work = vi.fn((tx) =>
        rows(tx, sql.raw(`do $$ begin raise exception 'no' using errcode = '${code}'; end $$`)),
      );
      await expect(transact(db, work)).rejects.toThrow();
      expect(work).toHaveBeenCalledTimes(times);
    }
  });
});

describeOnPostgres("transactions on PostgreSQL", (database) => {
  it("that wait for each other in a circle all come through", async () => {
    const { db } = await database.open();
    await rows(db, sql`create table counters (id int primary key, count int not null)`);
    await rows(db, sql`insert into counters values (1, 0), (2, 0)`);
    let waiting = 0;
    const add = (order: [number, number]) =>
      transact(db, async (tx) => {
        await rows(tx, sql`update counters set count = count + 1 where id = ${order[0]}`);
        waiting++;
        await vi.waitUntil(() => waiting >= 2, { interval: 1 });
        await rows(tx, sql`update counters set count = count + 1 where id = ${order[1]}`);
      });
    await Promise.all([add([1, 2]), add([2, 1])]);
    expect(await rows(db, sql`select count from counters`)).toEqual([{ count: 2 }, { count: 2 }]);
    expect(waiting).toBeGreaterThan(2);
  });
});

describeOnPostgres("migrations", (database) => {
  it("are each applied once when four processes start on an empty database at once", async () => {
    const databaseUrl = await bareDatabase();
    const migrationsFolder = migrations({
      100: "create table applied (id serial)",
      200: "insert into applied default values; --> statement-breakpoint\nselect pg_sleep(0.2)",
    });
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => openDatabase({ databaseUrl, dataDir: "", migrationsFolder })),
    );
    const { db } = opened[0] as Database;
    expect(await rows(db, sql`select id from applied`)).toEqual([{ id: 1 }]);
    expect(await rows(db, sql`select created_at from drizzle.__drizzle_migrations order by created_at`)).toEqual([
      { created_at: 100 },
      { created_at: 200 },
    ]);
    await Promise.all(opened.map(({ close }) => close()));
  });

  it("of the project leave the same tables on an empty database as tests are given", async () => {
    const tables = sql`select table_name, column_name, data_type from information_schema.columns
      where table_schema = 'public' order by 1, 2`;
    const fresh = await openDatabase({ databaseUrl: await bareDatabase(), dataDir: "" });
    const given = await database.open();
    expect(await rows(fresh.db, tables)).toEqual(await rows(given.db, tables));
    expect(await rows(fresh.db, tables)).toEqual(await rows((await embedded.open()).db, tables));
    await fresh.close();
  });

  it("that came later are applied, also one with an earlier date than the last", async () => {
    const databaseUrl = await bareDatabase();
    const first = { 100: "create table a (id int)", 300: "create table c (id int)" };
    await (await openDatabase({ databaseUrl, dataDir: "", migrationsFolder: migrations(first) })).close();
    const all = { ...first, 200: "create table b (id int)", 400: "create table d (id int)" };
    const { db, close } = await openDatabase({ databaseUrl, dataDir: "", migrationsFolder: migrations(all) });
    expect(await rows(db, sql`select tablename from pg_tables where schemaname = 'public' order by 1`)).toEqual(
      ["a", "b", "c", "d"].map((tablename) => ({ tablename })),
    );
    await close();
  });

  it("leave nothing behind when one fails, and say which words PostgreSQL had for it", async () => {
    const databaseUrl = await bareDatabase();
    const broken = migrations({ 100: "create table a (id int)", 200: "create table a (id int)" });
    await expect(openDatabase({ databaseUrl, dataDir: "", migrationsFolder: broken })).rejects.toThrow(
      new StorageUnavailable('The database could not be brought up to date: relation "a" already exists'),
    );
    const whole = migrations({ 100: "create table a (id int)" });
    await (await openDatabase({ databaseUrl, dataDir: "", migrationsFolder: whole })).close();
  });

  it("of a newer Unmask are refused by an older one", async () => {
    const databaseUrl = await bareDatabase();
    const newer = migrations({ 100: "create table a (id int)", 200: "create table b (id int)" });
    await (await openDatabase({ databaseUrl, dataDir: "", migrationsFolder: newer })).close();
    const older = migrations({ 100: "create table a (id int)" });
    await expect(openDatabase({ databaseUrl, dataDir: "", migrationsFolder: older })).rejects.toThrow(
      new StorageUnavailable(
        "The database was written by a newer Unmask (1 of its 2 migrations are unknown here). Update Unmask, or use another database.",
      ),
    );
  });
});

describeOnPostgres("a PostgreSQL that cannot be used", (database) => {
  const refusal = async (databaseUrl: string) => {
    const error = await openDatabase({ databaseUrl, dataDir: "" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageUnavailable);
    const { message, cause } = error as StorageUnavailable;
    expect(cause).toBeUndefined();
    expect(message).not.toContain("\n");
    return message;
  };

  it("is named when nothing listens there", async () => {
    const server = await listening(() => undefined);
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    expect(await refusal(`postgres://me:s3cret@127.0.0.1:${port}/unmask`)).toBe(
      `PostgreSQL at 127.0.0.1:${port} is not running, or not there: connection refused. Check DATABASE_URL.`,
    );
  });

  it("is named when there is no such host", async () => {
    expect(await refusal("postgres://me:s3cret@no-such-host.invalid/unmask")).toMatch(
      /^PostgreSQL at no-such-host\.invalid cannot be found: .* Check DATABASE_URL\.$/,
    );
  });

  it("is named when it takes the connection and never answers", async () => {
    const server = await listening(() => undefined);
    const { port } = server.address() as { port: number };
    expect(await refusal(`postgres://me:s3cret@127.0.0.1:${port}/unmask?connect_timeout=1`)).toBe(
      `PostgreSQL at 127.0.0.1:${port} did not answer within 1 s. Check DATABASE_URL.`,
    );
  });

  it("is named, and the user, when the password is wrong; the password is not", async () => {
    // Many servers take every password from this machine, so one that takes none stands in for them.
    const server = await listening((socket) => {
      socket.once("data", () => {
        socket.write(told("R", Buffer.from([0, 0, 0, 3])));
        socket.once("data", () => socket.end(told("E", Buffer.from("SFATAL\0C28P01\0Mwrong password: s3cret\0\0"))));
      });
    });
    const { port } = server.address() as { port: number };
    expect(await refusal(`postgres://me:s3cret@127.0.0.1:${port}/unmask`)).toBe(
      `PostgreSQL at 127.0.0.1:${port} refused the password of user me. Check DATABASE_URL.`,
    );
  });

  it("is named when the database is missing", async () => {
    const address = new URL((await database.settings()).databaseUrl ?? "");
    address.pathname = "/nowhere";
    expect(await refusal(address.href)).toBe(
      `PostgreSQL at ${address.host} has no database named nowhere. Check DATABASE_URL.`,
    );
  });

  it("is named when it is too old", async () => {
    const address = new URL((await database.settings()).databaseUrl ?? "");
    const [port, host] = [Number(address.port || 5432), address.hostname];
    // The real server, but for the version number in what it says.
    const server = await listening((socket) => {
      const upstream = connect(port, host).on("error", () => socket.destroy());
      socket
        .on("error", () => upstream.destroy())
        .on("close", () => upstream.destroy())
        .pipe(upstream);
      upstream.on("data", (bytes) => {
        const told = bytes.toString("latin1").replace(/(?<!\d)\d{2}(\d{4})C/, "14$1C");
        socket.write(Buffer.from(told, "latin1"));
      });
    });
    address.port = String((server.address() as { port: number }).port);
    expect(await refusal(address.href)).toBe(
      `PostgreSQL 14 at ${address.host} is too old: Unmask needs PostgreSQL 15 or newer.`,
    );
  });

  it.each(["unmask", "mysql://me:s3cret@host/unmask", "postgres://me:s3%zz@host/unmask", "postgres://me:a/b@host/x"])(
    "is not guessed at from an address like %s",
    async (databaseUrl) => {
      expect(await refusal(databaseUrl)).toMatch(/^DATABASE_URL is not an address like postgres:\/\/user:password@/);
    },
  );
});

async function bareDatabase(): Promise<string> {
  const databaseUrl = await newBareDatabase();
  onTestFinished(() => dropDatabase(databaseUrl));
  return databaseUrl;
}

async function listening(answer: Parameters<typeof createServer>[1] & object): Promise<Server> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return server;
}

/** A message of PostgreSQL's protocol: a letter, the length with its own four bytes, and what it says. */
function told(kind: "R" | "E", words: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(words.length + 4);
  return Buffer.concat([Buffer.from(kind), length, words]);
}

/** A folder of migrations as drizzle-kit lays it out, by the time each was made. */
function migrations(statements: Record<number, string>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "meta"));
  const entries = Object.keys(statements).map((when, idx) => ({
    idx,
    version: "7",
    when: Number(when),
    tag: `${when}_step`,
    breakpoints: true,
  }));
  for (const [when, text] of Object.entries(statements)) writeFileSync(join(folder, `${when}_step.sql`), text);
  writeFileSync(
    join(folder, "meta", "_journal.json"),
    JSON.stringify({ version: "7", dialect: "postgresql", entries }),
  );
  return folder;
}
