import { describe, expect, it } from "vitest";
import { momentText, stampText, timeLeft } from "../../sandbox/page/message/moment.ts";
import type { TimeStyle } from "../../sandbox/page/message/nodes.ts";

const manner = { locale: "en-US", timeZone: "Europe/Berlin" };
const at = new Date("2026-03-12T15:30:05Z");
/** The spaces of times do not break, and that is no matter here. */
const plain = (text: string) => text.replaceAll("\u202f", " ");
const shown = (style: TimeStyle, now = at) => plain(momentText(at, style, now, manner));

describe("a time in a message", () => {
  it.each<[TimeStyle, string]>([
    ["t", "4:30 PM"],
    ["T", "4:30:05 PM"],
    ["d", "03/12/2026"],
    ["D", "March 12, 2026"],
    ["f", "March 12, 2026 at 4:30 PM"],
    ["F", "Thursday, March 12, 2026 at 4:30 PM"],
    ["s", "3/12/26, 4:30 PM"],
    ["S", "3/12/26, 4:30:05 PM"],
  ])("is written in the viewer's zone: %s", (style, expected) => {
    expect(shown(style)).toBe(expected);
  });

  it.each([
    [0, "in 0 seconds"],
    [-3, "3 seconds ago"],
    [59.4, "in 59 seconds"],
    [59.6, "in 1 minute"],
    [-3_599, "1 hour ago"],
    [36 * 3_600, "in 2 days"],
    [-40 * 86_400, "1 month ago"],
    [400 * 86_400, "in 1 year"],
    [-8e12, "253,484 years ago"],
  ])("%d seconds from now is told as %s", (seconds, expected) => {
    const now = new Date(at.getTime() - seconds * 1000);
    expect(shown("R", now)).toBe(expected);
  });

  it("is any that JavaScript can hold", () => {
    expect(plain(momentText(new Date(-8.64e15), "F", at, manner))).toContain("at");
  });
});

it("a message of today shows its time, one of yesterday says so, an older one its day", () => {
  const stamp = (now: string) => plain(stampText(at, new Date(now), manner));
  expect(stamp("2026-03-12T22:59:00Z")).toBe("4:30 PM");
  expect(stamp("2026-03-12T23:01:00Z")).toBe("Yesterday at 4:30 PM");
  expect(stamp("2026-03-14T10:00:00Z")).toBe("3/12/26, 4:30 PM");
});

it("a poll tells what is left in its largest unit, and nothing once it is over", () => {
  const left = (seconds: number) => timeLeft(new Date(at.getTime() + seconds * 1000), at);
  expect([7 * 86_400, 86_399, 120, 5, 0, -1].map(left)).toEqual(["7d", "23h", "2m", "1m", null, null]);
});
