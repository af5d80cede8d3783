import { existsSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { startCluster } from "../support/postgres-cluster.ts";
import { benchDeliveries } from "./deliveries.ts";
import { benchGuesses } from "./guesses.ts";
import { benchQuestions } from "./questions.ts";
import { benchReplay } from "./replay.ts";
import { benchSettlement } from "./settlement.ts";

const benches = ["guesses", "settlement", "questions", "replay", "deliveries"] as const;

/**
 * Prints every bench, or those named; the replay on an embedded database, the others from a PostgreSQL server of their own
 * with durable commits. `--servers=500` delivers to so many, and not to the 2,000 that are the aim.
 */
async function main(words: readonly string[]): Promise<void> {
  const named = words.filter((word) => !word.startsWith("--"));
  const servers = Number(words.find((word) => word.startsWith("--servers="))?.split("=")[1] ?? 2_000);
  const unknown = named.filter((name) => !benches.some((bench) => bench === name));
  if (unknown.length > 0) throw new Error(`no bench ${unknown.join(", ")}; there are ${benches.join(", ")}`);
  const wanted = named.length > 0 ? named : benches;
  if (wanted.includes("replay")) await benchReplay();
  if (wanted.every((name) => name === "replay")) return;
  const cluster = await startCluster({ durable: true, settings: { shared_buffers: "512MB", max_wal_size: "4GB" } });
  try {
    const admin = postgres(cluster.url, { max: 1 });
    const databaseOf = async (name: string): Promise<string> => {
      await admin`create database ${admin(name)}`;
      const url = new URL(cluster.url);
      url.pathname = `/${name}`;
      return url.href;
    };
    if (wanted.includes("guesses")) {
      const urls = { unmask: await databaseOf("guesses"), tellers: await databaseOf("tellers") };
      // Debian keeps it beside the server, but also puts it on the path, where the server may be alone.
      const beside = join(cluster.binaries, "pgbench");
      await benchGuesses(existsSync(beside) ? beside : "pgbench", urls);
    }
    if (wanted.includes("settlement"))
      await benchSettlement(await databaseOf("settlement"), [10_000, 100_000, 1_000_000]);
    if (wanted.includes("questions")) await benchQuestions(await databaseOf("questions"));
    if (wanted.includes("deliveries")) await benchDeliveries(databaseOf, servers);
    await admin.end();
  } finally {
    await cluster.stop();
  }
}

await main(process.argv.slice(2));
