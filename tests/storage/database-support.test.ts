import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { openDatabase, rows } from "../../src/storage/database.ts";
import { describeOnBoth } from "../support/database.ts";

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
