import { describe, expect, it } from "vitest";
import { createPace } from "../../src/domain/pace.ts";

/** A pace on a watch that only waiting moves, taking stretches of three turns, 20 ms apart, behind one another. */
function aPace(mostPerSecond = Number.POSITIVE_INFINITY) {
  let nowMs = 0;
  let nextMs = 0;
  let taken = 0;
  let silentUntilMs = 0;
  const disturbances: [number, number | null][] = [];
  const take = async () => {
    const startMs = Math.max(nextMs, nowMs);
    nextMs = startMs + 60;
    taken += 1;
    return { waitMs: startMs - nowMs, stepMs: 20, turns: 3 };
  };
  const watch = {
    elapsedMs: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms;
    },
  };
  const turn = createPace(take, watch, {
    mostPerSecond,
    traffic: {
      silentMs: () => silentUntilMs - nowMs,
      disturbances: () =>
        disturbances.map(([repeatedAtMs, uncountedAtMs]) => ({
          repeatedInMs: repeatedAtMs - nowMs,
          uncountedMsAgo: uncountedAtMs === null ? null : nowMs - uncountedAtMs,
        })),
    },
  });
  const times = async (count: number) => {
    const at: number[] = [];
    for (let i = 0; i < count; i++) {
      await turn();
      at.push(nowMs);
    }
    return at;
  };
  return {
    turn,
    times,
    taken: () => taken,
    pass: (ms: number) => (nowMs += ms),
    takeElsewhere: () => (nextMs += 60),
    keepSilent: (ms: number) => (silentUntilMs = nowMs + ms),
    disturb: (repeatedInMs: number, uncountedMsAgo: number | null) =>
      disturbances.push([nowMs + repeatedInMs, uncountedMsAgo === null ? null : nowMs - uncountedMsAgo]),
  };
}

describe("turns", () => {
  it("come one step apart, also from one stretch to the next", async () => {
    const pace = aPace();
    expect(await pace.times(7)).toEqual([0, 20, 40, 60, 80, 100, 120]);
    expect(pace.taken()).toBe(3);
  });

  it("wait while another process has its own", async () => {
    const pace = aPace();
    await pace.times(3);
    pace.takeElsewhere();
    expect(await pace.times(2)).toEqual([120, 140]);
  });

  it("that come up a little late are caught up with", async () => {
    const pace = aPace();
    await pace.times(1);
    pace.pass(45);
    expect(await pace.times(3)).toEqual([45, 50, 60]);
  });

  it("that pile up are caught up with, but never more of them in a second than Discord takes", async () => {
    const pace = aPace(10);
    await pace.times(1);
    pace.pass(240);
    // Those of the busy moment come at four times the pace, up to ten in the second that began with the first.
    expect(await pace.times(3)).toEqual([240, 245, 250]);
    pace.pass(200);
    const times = await pace.times(12);
    for (const [i, atMs] of [0, 240, 245, 250, ...times].entries()) {
      const tenEarlier = [0, 240, 245, 250, ...times][i - 10];
      if (tenEarlier !== undefined) expect(atMs - tenEarlier).toBeGreaterThanOrEqual(1_000);
    }
  });

  it("wait while there is silence, and those nobody could use are gone: other processes had as many", async () => {
    const pace = aPace();
    await pace.times(2);
    pace.keepSilent(300);
    // At 20 it became silent until 320. The one that was waited for comes then, and those after it at their times.
    expect(await pace.times(5)).toEqual([320, 325, 340, 360, 380]);
  });

  it("that were taken elsewhere during the silence are not caught up with", async () => {
    const pace = aPace();
    await pace.times(3);
    pace.keepSilent(300);
    for (let i = 0; i < 5; i++) pace.takeElsewhere();
    expect(await pace.times(2)).toEqual([360, 380]);
  });

  it("after a silence are no more in a second than Discord takes", async () => {
    const pace = aPace(10);
    const times = await pace.times(5);
    pace.keepSilent(400);
    times.push(...(await pace.times(25)));
    for (const [i, atMs] of times.entries()) {
      if (i >= 10) expect(atMs - (times[i - 10] ?? 0)).toBeGreaterThanOrEqual(1_000);
    }
  });

  it("leave room for what is sent again without one, just now or soon", async () => {
    const pace = aPace(10);
    pace.disturb(-100, null);
    pace.disturb(100, null);
    // The first repeat makes room a second after it was sent; the other one, and the first turns, after that.
    expect(await pace.times(11)).toEqual([20, 40, 60, 80, 100, 140, 160, 180, 900, 1020, 1040]);
  });

  it("are used up by what is sent again, once each, so that other processes make room for it too", async () => {
    const pace = aPace();
    expect(await pace.times(2)).toEqual([0, 20]);
    for (let i = 0; i < 3; i++) pace.disturb(0, null);
    pace.disturb(30, null);
    expect(await pace.times(3)).toEqual([100, 140, 160]);
    expect(pace.taken()).toBe(3);
  });

  it("do not wait for what is sent again much later, however much that is", async () => {
    const pace = aPace(10);
    for (let i = 0; i < 30; i++) pace.disturb(60_000, 0);
    expect(await pace.times(4)).toEqual([0, 20, 40, 60]);
  });

  it("are not taken by what was refused and will be sent again: only the repeat counts", async () => {
    const pace = aPace(5);
    await pace.times(4);
    // The turn at 20 was refused, and its request goes out again at 300.
    pace.disturb(240, 40);
    expect(await pace.times(3)).toEqual([80, 1000, 1040]);
  });

  it("never come early, although a busy process may be woken before its time", async () => {
    let nowMs = 0;
    const turn = createPace(async () => ({ waitMs: 100, stepMs: 20, turns: 3 }), {
      elapsedMs: () => nowMs,
      wait: async (ms) => {
        nowMs += ms > 8 ? ms - 8 : ms;
      },
    });
    const at: number[] = [];
    for (let i = 0; i < 3; i++) {
      await turn();
      at.push(nowMs);
    }
    expect(at).toEqual([100, 120, 140]);
  });

  it("nobody wanted at their time are gone: a long silence is followed by no burst", async () => {
    const pace = aPace();
    await pace.times(1);
    pace.pass(10_000);
    expect(await pace.times(4)).toEqual([10_000, 10_020, 10_040, 10_060]);
  });

  it("are given in the order they are asked for, and go on after one that could not be taken", async () => {
    let broken = true;
    let nowMs = 0;
    const turn = createPace(
      async () => {
        if (broken) throw new Error("no database");
        return { waitMs: 0, stepMs: 1, turns: 10 };
      },
      {
        elapsedMs: () => nowMs,
        wait: async (ms) => {
          nowMs += ms;
        },
      },
    );
    await expect(turn()).rejects.toThrow("no database");
    broken = false;
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => turn().then(() => order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });
});
