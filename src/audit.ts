import { existsSync } from "node:fs";
import { join } from "node:path";
import { auditLedger } from "./actions/audit-ledger.ts";
import { readDatabaseConfig } from "./config.ts";
import { openDatabase } from "./storage/database.ts";
import { StorageUnavailable } from "./storage/unavailable.ts";

// `npm run audit`: recomputes every balance from the rows that are never changed and tells what differs. It repairs
// nothing. With the embedded database the bot must not be running, as the folder is its alone.

const reading = readDatabaseConfig();
if (!reading.ok) end(2, ...reading.problems);

try {
  const { dataDir, databaseUrl } = reading.config;
  // Opening would make a new one, in which nothing is wrong.
  if (databaseUrl === null && !existsSync(join(dataDir, "database"))) {
    end(2, `DATA_DIR holds "${dataDir}", where there is no database; it should be the bot's folder`);
  }
  const database = await openDatabase({ dataDir, databaseUrl: databaseUrl ?? undefined });
  const { differences, audited } = await auditLedger(database.db);
  await database.close();
  const counts = Object.entries(audited).map(([what, count]) => `${count} ${what}`);
  if (differences.length > 0) end(1, ...differences, `${differences.length} differences in ${counts.join(", ")}`);
  end(0, `no differences in ${counts.join(", ")}`);
} catch (error) {
  if (!(error instanceof StorageUnavailable)) throw error;
  end(2, error.message);
}

function end(exitCode: number, ...lines: string[]): never {
  const stream = exitCode === 2 ? process.stderr : process.stdout;
  for (const line of lines) stream.write(`${line}\n`);
  process.exit(exitCode);
}
