import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { removeLeftOver } from "./left-over.ts";

const project = join(import.meta.dirname, "../..");
/** Below the project, so that the packages are found from there. */
const cache = join(project, "node_modules/.cache");
const prefix = "unmask-programs-";
/** Those that tests start by `nodeArguments`. */
const programs = [
  "src/main.ts",
  "sandbox/demo.ts",
  "tests/support/delivery-process.ts",
  "tests/support/storage-process.ts",
];

/** Makes each program a few files for this run of the tests, and leaves where they are in UNMASK_TESTS_BUILT. */
export async function buildPrograms(): Promise<void> {
  const folder = join(cache, `${prefix}${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    removeLeftOver(cache, prefix);
  } catch {
    return; // The project may belong to somebody else: then every process compiles what it runs.
  }
  // `npm run check` looks at types; here a mistake shows as a failed test.
  await build({
    entryPoints: programs.map((program) => join(project, program)),
    outbase: project,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // PGlite looks for files beside its own; the others are what packages would use if they were installed.
    external: ["@electric-sql/pglite", "zlib-sync", "bufferutil", "utf-8-validate"],
    // What the packages that are no modules ask for by name.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    plugins: [whereItWas],
    logLevel: "warning",
  });
  process.env.UNMASK_TESTS_BUILT = folder;
}

/** Our modules find files of the project by where they are themselves, which is lost when many become one. */
const whereItWas: Plugin = {
  name: "where it was",
  setup(built) {
    built.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes("node_modules")) return undefined;
      const place = JSON.stringify(pathToFileURL(path).href);
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place), loader: "ts" };
    });
  },
};

export function removePrograms(): void {
  if (process.env.UNMASK_TESTS_BUILT) rmSync(process.env.UNMASK_TESTS_BUILT, { recursive: true, force: true });
}
