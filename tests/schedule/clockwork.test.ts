import pino from "pino";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { startClockwork } from "../../src/schedule/clockwork.ts";
import { hourMs, type Logged, minuteMs } from "../support/watcher-app.ts";

// Nobody can set the machine's clock back for a test, nor wait for a day: node-cron itself runs, on time that is ours.
beforeEach(() => {
  vi.useFakeTimers({
    now: new Date("2026-03-12T01:00:01Z"),
    toFake: ["Date", "performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  });
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const setClock = (byMs: number) => vi.setSystemTime(Date.now() + byMs);

/** A job by this line, when it ran, and what was logged. */
function aJob(line: string, work = () => Promise.resolve()) {
  const runs: string[] = [];
  const logged: Logged[] = [];
  const log = pino({ level: "info" }, { write: (text) => void logged.push(JSON.parse(text)) });
  const run = () => {
    runs.push(new Date().toISOString().slice(11, 19));
    return work();
  };
  const whenSet = vi.fn();
  const clockwork = startClockwork({ elapsedMs: () => performance.now(), log }, [["job", line, run]], whenSet);
  onTestFinished(() => clockwork.stop());
  return { clockwork, runs, logged, whenSet };
}

it("jobs go on within seconds when the clock is set back an hour, and the log says so once", async () => {
  const { clockwork, runs, logged, whenSet } = aJob("*/5 * * * * *");
  await pass(10_000);
  expect(runs).toEqual(["01:00:05", "01:00:10"]);
  setClock(-hourMs);
  await pass(15_000);
  expect(runs.slice(2)).toEqual(["00:00:15", "00:00:20", "00:00:25"]);
  expect(logged).toMatchObject([{ movedMs: -hourMs, msg: expect.stringContaining("clock was set") }]);
  expect(whenSet).toHaveBeenCalledOnce();
  expect(clockwork.msToNext("job")).toBe(4_000);
});

it("a job of the day runs at its time though the clock was set forward before", async () => {
  const { runs } = aJob("35 3 * * *");
  setClock(hourMs);
  await pass(2 * hourMs);
  expect(runs).toEqual(["03:35:00"]);
});

it("a job that goes on while the clock is set ends in peace, and runs again", async () => {
  const ends: (() => void)[] = [];
  const { runs, logged } = aJob("*/5 * * * * *", () => new Promise((resolve) => void ends.push(resolve)));
  await pass(4_000);
  setClock(-hourMs);
  await pass(2_000);
  ends[0]?.();
  await pass(5_000);
  expect(runs).toEqual(["01:00:05", "00:00:10"]);
  expect(logged).toMatchObject([{ movedMs: -hourMs }]);
});

it("a clock that is put right by a second disturbs nothing", async () => {
  const { runs, logged } = aJob("*/5 * * * * *");
  await pass(5_000);
  setClock(-1_000);
  await pass(minuteMs);
  expect(runs).toHaveLength(13);
  expect(logged).toEqual([]);
});

it("nothing runs, and nothing is waited for, once it was stopped", async () => {
  const { clockwork, runs } = aJob("*/5 * * * * *");
  await clockwork.stop();
  expect(vi.getTimerCount()).toBe(0);
  setClock(-hourMs);
  await pass(minuteMs);
  expect(runs).toEqual([]);
});
