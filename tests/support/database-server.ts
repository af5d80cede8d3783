import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { openDatabase } from "../../src/storage/database.ts";
import { versionOfMigrations } from "./embedded-template.ts";
import { startCluster } from "./postgres-cluster.ts";

let admin: Promise<{ client: postgres.Sql; url: string; template: string }> | undefined;

/** Creates a migrated, empty database on the tests' PostgreSQL and gives its address. */
export async function newDatabase(): Promise<string> {
  const { client, url, template } = await server();
  const name = `unmask_test_${randomBytes(6).toString("hex")}`;
  await client`create database ${client(name)} template ${client(template)}`;
  return addressOf(url, name);
}

/** Creates a database with nothing in it, not even the migrations. */
export async function newBareDatabase(): Promise<string> {
  const { client, url } = await server();
  const name = `unmask_test_${randomBytes(6).toString("hex")}`;
  await client`create database ${client(name)} template template0`;
  return addressOf(url, name);
}

/** Removes a database, and with it whatever is still connected. */
export async function dropDatabase(databaseUrl: string): Promise<void> {
  const { client } = await server();
  await client`drop database if exists ${client(nameIn(databaseUrl))} with (force)`;
}

/** Makes the migrated database that others are copied from, unless it is there. */
export async function prepareTemplate(url: string): Promise<string> {
  const template = `unmask_template_${versionOfMigrations()}`;
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    // Workers may come here at once.
    await client`select pg_advisory_lock(7236847)`;
    const [found] = await client`select 1 from pg_database where datname = ${template}`;
    if (found) return template;
    const unfinished = `${template}_unfinished`;
    await client`drop database if exists ${client(unfinished)} with (force)`;
    await client`create database ${client(unfinished)} template template0`;
    const database = await openDatabase({ databaseUrl: addressOf(url, unfinished), dataDir: "", poolSize: 1 });
    await database.close();
    await client`alter database ${client(unfinished)} rename to ${client(template)}`;
    return template;
  } finally {
    await client.end();
  }
}

/** Removes what `prepareTemplate` made. */
export async function dropTemplate(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  await client`drop database if exists ${client(`unmask_template_${versionOfMigrations()}`)} with (force)`;
  await client.end();
}

function server() {
  admin ??= connect();
  return admin;
}

async function connect() {
  // tests/run.ts starts one server for all; a file of tests run by itself starts its own.
  const url = process.env.TEST_DATABASE_URL ?? (await startCluster()).url;
  const template = await prepareTemplate(url);
  const client = postgres(url, { max: 2, idle_timeout: 5, onnotice: () => undefined });
  return { client, url, template };
}

function addressOf(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1);
}
