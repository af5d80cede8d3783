import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "./postgres-cluster.ts";

const project = join(import.meta.dirname, "../..");
/** Below the project, so that the packages are found from there. */
const cache = join(project, "node_modules/.cache");
const prefix = "unmask-programs-";

/**
 * V8 compiles WebAssembly, which PGlite is, quickly first and then once more, better. A process that lives for seconds
 * has nothing of that: it is half of what starting one costs.
 */
const forShortLives = "--liftoff-only";

/**
 * What node is to be given to run a program of the project, such as "src/main.ts". A test that starts many processes
 * spares each of them half a second of compiling: `tests/run.ts` compiles once for all.
 */
export function nodeArguments(program: string): string[] {
  const built = process.env.UNMASK_TESTS_BUILT;
  if (!built || program.endsWith(".js")) return fromSource(program);
  return [forShortLives, join(built, program.replace(/\.ts$/, ".js"))];
}

/** The same for a test of how it is started: it is run as it stands there, compiled while it runs. */
export function fromSource(program: string): string[] {
  const compiling = program.endsWith(".js") ? [] : ["--import", import.meta.resolve("tsx")];
  return [forShortLives, ...compiling, join(project, program)];
}

/** Compiles the programs for this run of the tests, and leaves where they are in UNMASK_TESTS_BUILT. */
export async function buildPrograms(): Promise<void> {
  const folder = join(cache, `${prefix}${process.pid}`);
  try {
    removeLeftOver();
    mkdirSync(folder, { recursive: true });
  } catch {
    return; // The project may belong to somebody else: then every process compiles what it runs.
  }
  const compiler = join(project, "node_modules/typescript/bin/tsc");
  // `npm run check` looks at types; here a mistake shows as a failed test.
  const options = ["-p", "tests/tsconfig.json", "--noEmit", "false", "--noCheck", "--outDir", folder];
  const child = spawn(process.execPath, [compiler, ...options], { cwd: project, stdio: "inherit" });
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error("the programs were not compiled");
  // package.json says that these are modules.
  for (const name of ["migrations", "package.json", "sandbox/openrouter"])
    cpSync(join(project, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith(".ts") });
  process.env.UNMASK_TESTS_BUILT = folder;
}

export function removePrograms(): void {
  if (process.env.UNMASK_TESTS_BUILT) rmSync(process.env.UNMASK_TESTS_BUILT, { recursive: true, force: true });
}

/** Of runs that were killed. */
function removeLeftOver(): void {
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    if (!name.startsWith(prefix) || isRunning(Number(name.slice(prefix.length)))) continue;
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
