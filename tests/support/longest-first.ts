import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that start processes and wait for them; all others take seconds. */
const long = /\/tests\/(start|end-to-end\/|storage\/database-embedded|page\/playground)/;

/** Begins with the longest files of tests, so that none of them is left to run alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Vitest knows how long each took the last time, but not on a fresh machine.
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
