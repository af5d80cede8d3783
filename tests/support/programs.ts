import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const project = join(import.meta.dirname, "../..");
const cache = join(project, "node_modules/.cache");

/**
 * V8 compiles WebAssembly, which PGlite is, quickly first and then once more, better. A process that lives for seconds
 * has nothing of that: it is half of what starting one costs.
 */
export const forShortLives = "--liftoff-only";

/**
 * What node is to be given to run a program of the project, such as "src/main.ts". A test that starts many processes
 * spares each of them half a second of compiling: `tests/run.ts` compiles once for all.
 */
export function nodeArguments(program: string): string[] {
  return [forShortLives, ...fromSource(program)];
}

function fromSource(program: string): string[] {
  if (program.endsWith(".js")) return [join(project, program)];
  const built = process.env.UNMASK_TESTS_BUILT;
  if (built) return [join(built, program.replace(/\.ts$/, ".js"))];
  return ["--import", import.meta.resolve("tsx"), join(project, program)];
}

/** Compiles the programs, unless that is done already, and leaves where they are in UNMASK_TESTS_BUILT. */
export function buildPrograms(): void {
  const folder = join(cache, `unmask-programs-${versionOfPrograms()}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    try {
      mkdirSync(unfinished, { recursive: true });
    } catch {
      return; // The project may belong to somebody else: then every process compiles what it runs.
    }
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    // `npm run check` looks at types; here a mistake shows as a failed test.
    const options = ["-p", "tests/tsconfig.json", "--noEmit", "false", "--noCheck", "--outDir", unfinished];
    const { status, stdout } = spawnSync(process.execPath, [compiler, ...options], { cwd: project, encoding: "utf8" });
    if (status !== 0) throw new Error(`the programs were not compiled: ${stdout}`);
    // The second says that these are modules.
    for (const name of ["migrations", "package.json"])
      cpSync(join(project, name), join(unfinished, name), { recursive: true });
    for (const name of readdirSync(cache))
      if (/^unmask-programs-\w+$/.test(name)) rmSync(join(cache, name), { recursive: true, force: true });
    renameSync(unfinished, folder);
  }
  process.env.UNMASK_TESTS_BUILT = folder;
}

/** A short name that changes whenever anything does that is compiled. */
function versionOfPrograms(): string {
  const hash = createHash("sha256");
  const add = (path: string) => hash.update(path).update(readFileSync(join(project, path)));
  for (const path of ["package.json", "package-lock.json", "tsconfig.json", "tests/tsconfig.json"]) add(path);
  for (const folder of ["src", "commands", "sandbox", "tests", "migrations"]) {
    const paths = readdirSync(join(project, folder), { recursive: true, encoding: "utf8" }).sort();
    for (const path of paths) if (/\.(ts|sql|json)$/.test(path)) add(join(folder, path));
  }
  return hash.digest("hex").slice(0, 16);
}
