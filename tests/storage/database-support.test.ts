import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openDatabase, rows } from "../../src/storage/database.ts";
import { describeOnBoth, embedded } from "../support/database.ts";

describeOnBoth("a test's own database", (database) => {
  for (const turn of ["first", "second"])
    it(`is empty for the ${turn} test, whatever another one left`, async () => {
      const { db } = await database.open();
      expect(await rows(db, sql`select count(*) as count from servers`)).toEqual([{ count: 0 }]);
      await rows(db, sql`insert into servers (server_id, name, joined_at) values ('1', 'one', now())`);
    });

  it("is not shared by two that are open at once", async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    await rows(one.db, sql`insert into servers (server_id, name, joined_at) values ('1', 'one', now())`);
    expect(await rows(two.db, sql`select * from servers`)).toEqual([]);
  });

  it("on disk keeps what was written between two openings", async () => {
    const settings = await database.settings();
    const before = await openDatabase(settings);
    await rows(before.db, sql`insert into servers (server_id, name, joined_at) values ('1', 'one', now())`);
    await before.close();
    const after = await openDatabase(settings);
    expect(await rows(after.db, sql`select name from servers`)).toEqual([{ name: "one" }]);
    await after.close();
  });
});

describe("an embedded database that a test used", () => {
  const tables = sql`select table_name, column_name, column_default from information_schema.columns
    where table_schema = 'public' order by table_name, column_name`;
  const counting = sql`select sequencename from pg_sequences where schemaname = 'public' and last_value is not null`;

  it.each([
    "create table left_over (id int)",
    "alter table servers drop column name cascade",
    "alter table servers add constraint odd check (server_id <> 'x')",
    "set search_path = pg_catalog",
    "create temporary table servers (id int)",
  ])("shows the next one nothing of it: %s", async (change) => {
    const one = await embedded.open();
    const before = await rows(one.db, tables);
    await rows(one.db, sql.raw(change));
    await one.close();
    const next = await embedded.open();
    expect(await rows(next.db, tables)).toEqual(before);
    await rows(next.db, sql`insert into servers (server_id, name, joined_at) values ('x', 'one', now())`);
  });

  it("gives the same numbers again, also where a row was refused", async () => {
    const one = await embedded.open();
    await rows(one.db, sql`select nextval(pg_get_serial_sequence('deliveries', 'delivery_id'))`);
    expect(await rows(one.db, counting)).toHaveLength(1);
    await one.close();
    const next = await embedded.open();
    expect(await rows(next.db, counting)).toEqual([]);
  });
});
