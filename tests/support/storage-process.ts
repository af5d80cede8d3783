/*
 * A process of its own that opens a database and does one thing, for the tests that need several
 * of them, or one to kill. Its settings come as JSON in the first argument.
 */
import { sql } from "drizzle-orm";
import { openDatabase, rows } from "../../src/storage/database.ts";

const [, , settings = "{}", task] = process.argv;

try {
  const database = await openDatabase(JSON.parse(settings));
  if (task === "insert") {
    process.stdout.write("opened\n");
    for (;;) {
      const [row] = await rows<{ id: number }>(database.db, sql`insert into written default values returning id`);
      process.stdout.write(`${row?.id}\n`);
    }
  }
  process.stdout.write("opened\n");
  if (task === "hold") await new Promise((resolve) => process.stdin.once("end", resolve).resume());
  await database.close();
} catch (error) {
  process.stdout.write(`${error}\n`);
  process.exitCode = 1;
}
