import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  leftWithout,
  limitRefusal,
  type QuestionBooks,
  questionsLeft,
  restUntil,
  usualServerPerDay,
  type WindowName,
  windowLengthMs,
} from "../../src/domain/question-limits.ts";

const now = new Date("2026-03-11T20:24:31Z");
const free = { usdPerMonth: 0, atOnce: 4 };

function booksWith(asked: readonly Date[], most: Record<WindowName, number>, at = now) {
  const window = (name: keyof typeof windowLengthMs) => ({
    most: most[name],
    lengthMs: windowLengthMs[name],
    asked: asked
      .filter((each) => at.getTime() - each.getTime() < windowLengthMs[name])
      .toSorted((a, b) => b.getTime() - a.getTime())
      .slice(0, most[name]),
  });
  const windows = {
    minute: window("minute"),
    day: window("day"),
    member: window("member"),
    failed: window("failed"),
    server: window("server"),
  };
  return { windows, runningOfHost: 0, runningOfMember: 0, restingUntil: null, committedUsd: 0 } satisfies QuestionBooks;
}

const most = { minute: 3, day: 10, member: 5, failed: 6, server: 8 };

/** Moments within the last two days. */
const asked = fc.array(
  fc.integer({ min: 0, max: 2 * 86_400_000 }).map((ago) => new Date(now.getTime() - ago)),
  {
    maxLength: 30,
  },
);

describe("the limits of questions", () => {
  it("let nobody past them, and leave nobody out who fits", () => {
    fc.assert(
      fc.property(asked, fc.constantFrom(1, 2), (times, questions) => {
        const refusal = limitRefusal(booksWith(times, most), { questions, worstUsd: null }, free, now);
        const fits = (Object.keys(most) as WindowName[]).every((name) => {
          const within = times.filter((at) => now.getTime() - at.getTime() < windowLengthMs[name]).length;
          return within + questions <= most[name];
        });
        expect(refusal === null).toBe(fits);
      }),
    );
  });

  it("tell the time at which all of them let the question through, and not before", () => {
    const ahead = fc.option(fc.integer({ min: 1, max: 40 * 86_400_000 }), { nil: null });
    fc.assert(
      fc.property(asked, fc.constantFrom(1, 2), ahead, fc.boolean(), (times, questions, rest, isSpent) => {
        const restingUntil = rest === null ? null : new Date(now.getTime() + rest);
        const wish = { questions, worstUsd: isSpent ? 1 : null };
        const booksAt = (at: Date) => ({
          ...booksWith(times, most, at),
          restingUntil,
          committedUsd: isSpent && at < new Date("2026-04-01T00:00:00Z") ? 5 : 0,
        });
        const refusalAt = (at: Date) => limitRefusal(booksAt(at), wish, { ...free, usdPerMonth: 5 }, at);
        const refusal = refusalAt(now);
        if (refusal === null) return;
        if (!("freeAt" in refusal)) throw new Error(`no time is told: ${refusal.reason}`);
        expect(refusal.freeAt.getTime()).toBeGreaterThan(now.getTime());
        expect(refusalAt(refusal.freeAt)).toBeNull();
        expect(refusalAt(new Date(refusal.freeAt.getTime() - 1))).not.toBeNull();
      }),
    );
  });

  it("tell what never passes before anything that does", () => {
    const full = booksWith(Array(20).fill(now), most);
    const busy = { ...full, runningOfMember: 1, restingUntil: new Date(now.getTime() + 1) };
    expect(limitRefusal(busy, { questions: 1, worstUsd: 0.1 }, free, now)).toEqual({ reason: "costs-money" });
    expect(limitRefusal(busy, { questions: 1, worstUsd: 6 }, { ...free, usdPerMonth: 5 }, now)).toEqual({
      reason: "costs-too-much",
      usdPerMonth: 5,
    });
    expect(limitRefusal(busy, { questions: 2, worstUsd: null }, { ...free, atOnce: 1 }, now)).toEqual({
      reason: "no-room-for-two",
    });
  });

  it("say what is left, never less than nothing", () => {
    const books = booksWith([now, now], most);
    expect(questionsLeft(books, 1, now)).toEqual({ member: 2, server: 5, hostToday: 7 });
    expect(questionsLeft(booksWith(Array(20).fill(now), most), 2, now)).toEqual({ member: 0, server: 0, hostToday: 0 });
  });

  it("give back to member and server what a failed question has not taken, and nothing to the key", () => {
    expect(leftWithout({ member: 2, server: 5, hostToday: 7 }, 1)).toEqual({ member: 3, server: 6, hostToday: 7 });
  });

  it("leave room for a second server in the host's day, and for no more than forty in one", () => {
    const usual = [1, 2, 40, 41, 80, 1_000].map((perDay) => usualServerPerDay({ perDay }));
    expect(usual).toEqual([1, 1, 20, 21, 40, 40]);
  });

  it("take a comparison only where two questions can ever fit", () => {
    const books = booksWith([], { ...most, minute: 1 });
    expect(limitRefusal(books, { questions: 2, worstUsd: null }, free, now)).toEqual({ reason: "no-room-for-two" });
  });

  it("keep models that cost money off until the host allows it, and within what they may cost", () => {
    const books = { ...booksWith([], most), committedUsd: 4.5 };
    const wish = { questions: 1, worstUsd: 0.6 };
    expect(limitRefusal(books, wish, free, now)).toEqual({ reason: "costs-money" });
    expect(limitRefusal(books, wish, { ...free, usdPerMonth: 5 }, now)).toEqual({
      reason: "month-spent",
      usdPerMonth: 5,
      freeAt: new Date("2026-04-01T00:00:00Z"),
    });
    expect(limitRefusal(books, wish, { ...free, usdPerMonth: 6 }, now)).toBeNull();
  });
});

describe("a key that is told to wait", () => {
  it("waits until the time given, else a minute, or until midnight in UTC", () => {
    const later = new Date(now.getTime() + 5_000);
    expect(restUntil("day", later, now)).toEqual(later);
    expect(restUntil("minute", null, now)).toEqual(new Date("2026-03-11T20:25:31Z"));
    expect(restUntil("day", new Date(0), now)).toEqual(new Date("2026-03-12T00:00:00Z"));
  });
});
