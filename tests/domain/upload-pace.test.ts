import { expect, it } from "vitest";
import { createUploadPace } from "../../src/domain/upload-pace.ts";

it("a member is shown twenty megabytes of files in a minute, a server sixty, and after it they may go on", () => {
  const pace = createUploadPace();
  const take = (memberId: string, megabytes: number, nowMs = 0) =>
    pace.take(nowMs, { serverId: "s", memberId, sizeBytes: megabytes * 1024 * 1024 });
  expect([take("ann", 9), take("ann", 9), take("ann", 9)]).toEqual([true, true, false]);
  expect([take("ann", 2), take("ann", 0), take("bob", 20), take("cid", 20)]).toEqual([true, true, true, true]);
  expect(take("dan", 1)).toBe(false);
  expect(pace.take(0, { serverId: "another", memberId: "dan", sizeBytes: 1 })).toBe(true);
  expect(take("dan", 1, 60_000)).toBe(true);
});
