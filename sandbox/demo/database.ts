import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type Database, openDatabase } from "../../src/storage/database.ts";
import { openPostgres } from "../../src/storage/postgres.ts";
import { StorageUnavailable } from "../../src/storage/unavailable.ts";

/** The demo cannot have a database; the message is for the person at the terminal. */
export class NoDemoDatabase extends Error {
  override name = "NoDemoDatabase";
}

export type DemoDatabase = {
  readonly database: Database;
  /** What it is, in words. */
  readonly said: string;
  /** Closes it and leaves nothing behind. */
  remove(): Promise<void>;
};

/**
 * A new, empty database for the demo alone: embedded, in a folder of its own under the system's temporary one; or, if an
 * address is given, one with a name of its own on that PostgreSQL server. What is in the database the address names is
 * neither read nor changed.
 *
 * @throws NoDemoDatabase if the server does not allow making one
 */
export async function makeDatabase(databaseUrl: string | undefined): Promise<DemoDatabase> {
  return databaseUrl ? onServer(databaseUrl) : inFolder();
}

async function inFolder(): Promise<DemoDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "unmask-demo-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // Also when the process ends in a way nobody planned.
  process.once("exit", removeFolder);
  const database = await openDatabase({ dataDir: folder });
  return {
    database,
    said: "the embedded database, in a temporary folder",
    async remove() {
      await database.close();
      removeFolder();
    },
  };
}

async function onServer(databaseUrl: string): Promise<DemoDatabase> {
  await refuseAsTheBotDoes(databaseUrl);
  const name = `unmask_demo_${randomBytes(5).toString("hex")}`;
  const server = await connected(databaseUrl, async (client) => {
    await client`create database ${client(name)}`;
  });
  const address = new URL(databaseUrl);
  address.pathname = `/${name}`;
  const drop = async () => {
    await server`drop database if exists ${server(name)} with (force)`;
    await server.end();
  };
  try {
    const database = await openDatabase({ dataDir: "", databaseUrl: address.href });
    return {
      database,
      said: `PostgreSQL, in a database called ${name} that is dropped at the end`,
      async remove() {
        await database.close();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** What the bot would say of this address when it starts is said here too, in its words. Nothing there is changed. */
async function refuseAsTheBotDoes(databaseUrl: string): Promise<void> {
  try {
    await (await openPostgres(databaseUrl, 1)).close();
  } catch (error) {
    throw error instanceof StorageUnavailable ? new NoDemoDatabase(error.message) : error;
  }
}

/** A connection on which this first piece of work was done. */
async function connected(databaseUrl: string, work: (client: postgres.Sql) => Promise<void>): Promise<postgres.Sql> {
  let client: postgres.Sql | undefined;
  try {
    client = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
    await work(client);
    return client;
  } catch (error) {
    await client?.end();
    const mayNot = error instanceof Error && "code" in error && error.code === "42501";
    throw new NoDemoDatabase(
      mayNot
        ? "The demo makes a database of its own on the server DATABASE_URL names, and this user may not. Let it create databases, or leave DATABASE_URL out."
        : `The demo cannot use the server DATABASE_URL names: ${reasonOf(error)}.`,
    );
  }
}

/** The first line of what went wrong. Errors of the driver do not hold the address's password. */
function reasonOf(error: unknown): string {
  const [line] = String(error instanceof Error ? error.message : error).split("\n");
  return line || "no reason was given";
}
