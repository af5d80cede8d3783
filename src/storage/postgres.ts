import { setTimeout as wait } from "node:timers/promises";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Database } from "./database.ts";
import { type CountedClient, transactionsAlong } from "./transaction-lines.ts";
import { StorageUnavailable } from "./unavailable.ts";

const oldestSupported = 15;
const defaultConnectTimeoutSeconds = 10;
const closeTimeoutSeconds = 5;
const longestReconnectWaitSeconds = 2;
/** As many as there are batches of guesses at once. */
const mostLines = 2;

/**
 * Connects to a PostgreSQL server, with at most `poolSize` connections at once, and never fewer than two.
 * @throws StorageUnavailable when it cannot be reached within ten seconds (or the address's own `connect_timeout`), refuses, or is too old
 */
export async function openPostgres(databaseUrl: string, poolSize: number): Promise<Database> {
  const address = readAddress(databaseUrl);
  const lineCount = Math.min(mostLines, Math.floor(poolSize / 3));
  const transactionCount = Math.max(1, Math.floor((poolSize - lineCount) / 2));
  const client = connect(address, Math.max(1, poolSize - lineCount - transactionCount));
  try {
    await refuseOldServer(client, address);
  } catch (error) {
    await client.end({ timeout: 0 });
    throw error instanceof StorageUnavailable ? error : explain(error, address);
  }
  // A client of one connection sends what it is given in that order, without waiting for answers in between.
  const lines = Array.from({ length: lineCount }, () => connect(address, 1));
  const counted = Array.from({ length: transactionCount }, () => connectCounting(address));
  const transactions = transactionsAlong(counted);
  const all = [client, ...lines, ...counted.map((each) => each.client)];
  return {
    kind: "postgres",
    db: Object.assign(drizzle(client), {
      lines: lines.map((line) => drizzle(line)),
      transaction: transactions.transaction,
    }),
    async close() {
      // A client that is told to end does not know that more of a transaction is to come.
      await Promise.race([transactions.idle(), wait(closeTimeoutSeconds * 1000, undefined, { ref: false })]);
      await Promise.all(all.map((each) => each.end({ timeout: closeTimeoutSeconds })));
    },
  };
}

function connectCounting(address: URL): CountedClient {
  let losses = 0;
  const client = connect(address, 1, () => {
    losses += 1;
  });
  return { client, losses: () => losses };
}

function readAddress(databaseUrl: string): URL {
  try {
    const address = new URL(databaseUrl);
    if (!/^postgres(ql)?:$/.test(address.protocol)) throw new Error("another protocol");
    decodeURIComponent(address.username + address.password);
    // libpq's own switch, which providers put into the addresses they hand out; postgres.js would
    // send it to the server as a setting, and be refused.
    address.searchParams.delete("channel_binding");
    return address;
  } catch {
    // The cause is left out: it quotes the address, password and all.
    throw new StorageUnavailable(
      "DATABASE_URL is not an address like postgres://user:password@host:5432/database (in the password, write @ as %40, : as %3A, / as %2F, % as %25).",
    );
  }
}

type Client = postgres.Sql<{ bigint: number | bigint }>;

/** As in libpq's addresses, `?connect_timeout=` has the last word. */
function connectTimeoutSeconds(address: URL): number {
  return Number(address.searchParams.get("connect_timeout")) || defaultConnectTimeoutSeconds;
}

function connect(address: URL, poolSize: number, onclose: () => void = () => undefined): Client {
  return postgres(address.href, {
    max: poolSize,
    onclose,
    connect_timeout: connectTimeoutSeconds(address),
    // Left alone it waits up to twenty seconds between tries, and everybody with it while the server is long back.
    backoff: (tries: number) => Math.min(tries, longestReconnectWaitSeconds),
    onnotice: () => undefined,
    connection: { application_name: "unmask", TimeZone: "UTC" },
    types: {
      // As PGlite reads it: a number where that is exact.
      bigint: {
        to: 20,
        from: [20],
        serialize: String,
        parse: (text: string) => {
          const value = Number(text);
          return Number.isSafeInteger(value) ? value : BigInt(text);
        },
      },
    },
  });
}

async function refuseOldServer(client: Client, address: URL) {
  const [row] = await client<{ server_version_num: string }[]>`show server_version_num`.simple();
  const major = Math.floor(Number(row?.server_version_num) / 10_000);
  if (!(major >= oldestSupported))
    throw new StorageUnavailable(
      `PostgreSQL ${major} at ${address.host} is too old: Unmask needs PostgreSQL ${oldestSupported} or newer.`,
    );
}

/** Turns what went wrong with connecting into a line that names everything but the password. */
function explain(error: unknown, address: URL): StorageUnavailable {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const host = address.host || "localhost";
  const user = decodeURIComponent(address.username) || "(none given)";
  const database = decodeURIComponent(address.pathname.slice(1)) || user;
  const refusals: Record<string, string> = {
    ECONNREFUSED: `PostgreSQL at ${host} is not running, or not there: connection refused.`,
    ENOTFOUND: `PostgreSQL at ${host} cannot be found: there is no host of that name.`,
    EAI_AGAIN: `PostgreSQL at ${host} cannot be found: the name could not be looked up.`,
    CONNECT_TIMEOUT: `PostgreSQL at ${host} did not answer within ${connectTimeoutSeconds(address)} s.`,
    "28P01": `PostgreSQL at ${host} refused the password of user ${user}.`,
    "28000": `PostgreSQL at ${host} does not let user ${user} in.`,
    "3D000": `PostgreSQL at ${host} has no database named ${database}.`,
    "53300": `PostgreSQL at ${host} has no connections left.`,
    "57P03": `PostgreSQL at ${host} is still starting, or stopping.`,
  };
  const message = refusals[code] ?? `PostgreSQL at ${host} cannot be used: ${withoutPassword(error, address)}.`;
  return new StorageUnavailable(`${message} Check DATABASE_URL.`);
}

function withoutPassword(error: unknown, { password }: URL): string {
  const [line = ""] = String(error instanceof Error ? error.message : error).split("\n");
  if (password === "") return line;
  return line.replaceAll(password, "…").replaceAll(decodeURIComponent(password), "…");
}
