import { join } from "node:path";

const project = join(import.meta.dirname, "../..");

/**
 * V8 compiles WebAssembly, which PGlite is, quickly first and then once more, better. A process that lives for seconds
 * has nothing of that: it is half of what starting one costs.
 */
const forShortLives = "--liftoff-only";

/**
 * What node is to be given to run a program of the project, such as "src/main.ts". A test that starts many processes
 * spares each of them a second: `tests/run.ts` compiles those that tests/support/build-programs.ts names once for all,
 * each into few files, so that no process looks for hundreds of modules.
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
