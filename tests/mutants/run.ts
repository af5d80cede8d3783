import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { type Mutant, mutants } from "./mutants.ts";

// Deliberate breaks, each applied to a copy of the project: the tests that guard the broken rule must fail. Prints a
// line for each, and ends with 1 if the tests let one pass or a break no longer fits the code.

const project = fileURLToPath(new URL("../..", import.meta.url));

/** A copy of all that git would commit, with the installed packages linked in. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "unmask-mutants-"));
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: project,
  });
  for (const file of listed.toString().split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(project, file), join(copy, file));
  }
  symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Whether these tests pass in the copy, and the end of what they printed. */
function runTests(copy: string, tests: readonly string[]): { passed: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "tests/run.ts", ...tests, "--bail=1"],
    { cwd: copy, encoding: "utf8", env: { ...process.env, CI: "true" }, maxBuffer: 1 << 28 },
  );
  return { passed: status === 0, output: `${stdout}${stderr}` };
}

/** The file with the break in it. What is replaced must stand there exactly once, or the break means something else now. */
function broken(text: string, { file, find, replace }: Mutant): string {
  const pieces = text.split(find);
  if (pieces.length !== 2) throw new Error(`"${find}" stands ${pieces.length - 1} times in ${file}, not once`);
  return pieces.join(replace);
}

/**
 * How many tests failed, as vitest counts them: those that were never run after the first failure are not among them,
 * nor is a file that did not load. A break that only keeps the code from loading is no test of the tests.
 */
function failuresIn(output: string): number {
  return Number(/^\s*Tests\s+(\d+) failed/m.exec(stripVTControlCharacters(output))?.[1] ?? 0);
}

const wanted = process.argv.slice(2);
const chosen = mutants.filter((mutant) => wanted.length === 0 || wanted.some((word) => mutant.name.includes(word)));
if (chosen.length === 0) throw new Error(`no break is called anything like ${wanted.join(", ")}`);
const copy = copyProject();
let survivors = 0;
try {
  const guards = [...new Set(chosen.flatMap((mutant) => mutant.tests))];
  console.log(`${chosen.length} deliberate breaks. First the tests that guard them, on code as it is …`);
  const healthy = runTests(copy, guards);
  if (!healthy.passed) throw new Error(`these tests do not pass without a break:\n${healthy.output}`);
  for (const mutant of chosen) {
    const path = join(copy, mutant.file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, broken(text, mutant));
    const { passed, output } = runTests(copy, mutant.tests);
    writeFileSync(path, text);
    const failed = failuresIn(output);
    const caught = !passed && failed > 0;
    if (!caught) survivors += 1;
    const why = passed ? "all passed" : failed > 0 ? `${failed} failed` : "no test ran";
    console.log(`${caught ? "caught  " : "SURVIVED"}  ${mutant.name}  (${why})`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`\n${chosen.length - survivors} of ${chosen.length} breaks were caught`);
process.exitCode = survivors === 0 && chosen.length > 0 ? 0 : 1;
