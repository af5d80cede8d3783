import { parseCLI, startVitest, type TestModule, type Vitest } from "vitest/node";
import { buildPrograms, removePrograms } from "./support/build-programs.ts";
import { findChromium } from "./support/chromium.ts";
import { dropTemplate, prepareTemplate } from "./support/database-server.ts";
import { embeddedTemplate } from "./support/embedded-template.ts";
import { makeFolderInMemory, removeFolderInMemory } from "./support/folder-in-memory.ts";
import { LongestFirst } from "./support/longest-first.ts";
import { type Cluster, NoPostgres, startCluster } from "./support/postgres-cluster.ts";

type Counts = { passed: number; failed: number; skipped: number };

// Temporary folders of the tests, of the PostgreSQL and of the browser are made below it.
const inMemory = process.env.TMPDIR ? undefined : makeFolderInMemory();
if (inMemory) process.env.TMPDIR = inMemory;
// Before the workers start, so that they find all of it ready instead of each making its own.
const [cluster] = await Promise.all([findPostgres(), embeddedTemplate(), buildPrograms()]);
if (!findChromium()) {
  console.error("\n!!! NO CHROMIUM, tests of the page are SKIPPED. Install it, or set CHROMIUM to where it is.\n");
}
const vitest = await runTests(process.argv.slice(2));
const counts = vitest ? count(vitest) : { passed: 0, failed: 1, skipped: 0 };
await vitest?.close();
const given = process.env.TEST_DATABASE_URL;
if (given) await dropTemplate(given);
await cluster?.stop();
removePrograms();
removeFolderInMemory(inMemory);
process.exit(report(counts));

/** Leaves the address of a PostgreSQL in TEST_DATABASE_URL, or the reason for having none. */
async function findPostgres(): Promise<Cluster | undefined> {
  try {
    const started = process.env.TEST_DATABASE_URL ? undefined : await startCluster();
    if (started) process.env.TEST_DATABASE_URL = started.url;
    await prepareTemplate(process.env.TEST_DATABASE_URL ?? "");
    return started;
  } catch (error) {
    if (!(error instanceof NoPostgres)) throw error;
    process.env.UNMASK_NO_POSTGRES = error.message;
    console.error(
      `\n!!! NO POSTGRESQL, its tests are SKIPPED: ${error.message}. Set TEST_DATABASE_URL, or install it.\n`,
    );
    return undefined;
  }
}

async function runTests(words: string[]): Promise<Vitest | undefined> {
  const { filter, options } = parseCLI(["vitest", "run", ...words]);
  return startVitest("test", filter, {
    config: false,
    watch: false,
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/bench/**", "**/node_modules/**"],
    pool: "forks",
    // One more than the two cores of a small machine: half the time they wait for bots and for PostgreSQL.
    maxWorkers: 3,
    isolate: false,
    setupFiles: ["tests/support/own-modules.ts"],
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 30_000,
    ...options,
  });
}

function count(vitest: Vitest): Counts {
  const modules = vitest.state.getTestModules();
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) countIn(module, vitest.config.testNamePattern, counts);
  counts.failed += vitest.state.getUnhandledErrors().length;
  return counts;
}

function countIn(module: TestModule, wanted: RegExp | undefined, counts: Counts): void {
  const before = counts.failed;
  for (const test of module.children.allTests()) {
    // What -t left out was not skipped: nobody asked for it.
    if (wanted && !wanted.test(test.fullName.replaceAll(" > ", " "))) continue;
    const { state } = test.result();
    if (state === "passed") counts.passed++;
    else if (state === "skipped" && !module.errors().length) counts.skipped++;
    else counts.failed++;
  }
  // A file that does not load, or a failed beforeAll, need not show in any test.
  if (module.state() === "failed" && counts.failed === before) counts.failed++;
}

function report({ passed, failed, skipped }: Counts): number {
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  if (passed + failed === 0) console.error("No test ran.");
  const skippedInCi = Boolean(process.env.CI) && skipped > 0;
  if (skippedInCi) console.error("CI is set, so a skipped test counts as a failure.");
  return failed > 0 || passed === 0 || skippedInCi ? 1 : 0;
}
