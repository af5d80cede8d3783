import { describe, expect, it } from "vitest";
import { revealDay, revealTime, standingOf } from "../../src/domain/reveal.ts";

const sentence = "Hunter Alpha was a stealth model revealed on March 18th as an early testing version of MiMo-V2-Pro.";

describe("the day of a reveal, which comes without a year", () => {
  const on = (listed: string, now: string, said = sentence) =>
    revealDay(said, new Date(listed), new Date(now))?.toISOString().slice(0, 10) ?? null;

  it("is the first such day from the listing on", () => {
    expect(on("2026-03-11T20:24:31Z", "2026-03-19T00:00:00Z")).toBe("2026-03-18");
    expect(on("2026-03-18T20:00:00Z", "2026-03-19T00:00:00Z")).toBe("2026-03-18");
    expect(on("2025-12-20T00:00:00Z", "2026-05-01T00:00:00Z")).toBe("2026-03-18");
    expect(on("2027-12-20T00:00:00Z", "2028-03-01T00:00:00Z", "stealth model revealed on February 29th")).toBe(
      "2028-02-29",
    );
  });

  it.each([
    ["is still to come", "2026-03-19T00:00:00Z", "2026-04-01T00:00:00Z", sentence],
    ["is no day", "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "revealed on February 31st as X"],
    ["is not said", "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "was a stealth model revealed as X"],
  ])("is unknown where it %s", (_, listed, now, said) => {
    expect(on(listed, now, said)).toBeNull();
  });
});

describe("the time of a reveal", () => {
  const listedAt = new Date("2026-03-11T20:24:31Z");
  const now = new Date("2026-03-20T00:00:00Z");
  const at = (official: string[], said = sentence) =>
    revealTime({ sentence: said, listedAt, now, official: official.map((time) => new Date(time)) });

  it("is when the official listing was made, if that was on its day here or in California", () => {
    for (const time of ["2026-03-18T19:54:03.000Z", "2026-03-19T06:30:00.000Z"]) {
      expect(at(["2026-03-16T00:00:00Z", time])).toEqual({ publishedAt: new Date(time), publishedHow: "listed" });
    }
  });

  it("is midnight of its day where no official listing fits, and the moment it was found where no day can be read", () => {
    expect(at(["2026-03-19T12:00:00Z"])).toEqual({ publishedAt: new Date("2026-03-18T00:00Z"), publishedHow: "day" });
    expect(at([], "was a stealth model, revealed as X")).toEqual({ publishedAt: now, publishedHow: "asked" });
  });
});

describe("what became of a candidate in a server", () => {
  const standing = (given: Partial<Parameters<typeof standingOf>[0]>) =>
    standingOf({ kind: "listing", marketState: "open", dismissedBy: null, agreeing: 0, ...given });

  it("is what its moderators decided of the model, then what they said of it, then whether others hold to it", () => {
    expect(standing({})).toEqual({ kind: "waits" });
    expect(standing({ marketState: "frozen", kind: "settled", agreeing: 1 })).toEqual({ kind: "waits" });
    expect(standing({ kind: "settled" })).toEqual({ kind: "lapsed" });
    expect(standing({ kind: "settled", dismissedBy: "Rita" })).toEqual({ kind: "dismissed", by: "Rita" });
    expect(standing({ marketState: "void", dismissedBy: "Rita" })).toEqual({ kind: "decided", state: "void" });
  });
});
