import { describe, expect, it } from "vitest";
import { readSource, readTime } from "../../src/domain/settlement.ts";

describe("the time a source was published", () => {
  it.each([
    ["2026-03-18", "2026-03-18T00:00:00.000Z"],
    ["2026-03-18 19:54", "2026-03-18T19:54:00.000Z"],
    ["2026-03-18 19:54 UTC", "2026-03-18T19:54:00.000Z"],
    ["2026-03-18T19:54:31Z", "2026-03-18T19:54:31.000Z"],
    ["2026-03-18T19:54:31.250Z", "2026-03-18T19:54:31.250Z"],
    ["2026-03-18T19:54:31.5Z", "2026-03-18T19:54:31.500Z"],
    ["2026-03-18T19:54:31.123456Z", "2026-03-18T19:54:31.123Z"],
    ["2026-03-18T20:54+01:00", "2026-03-18T19:54:00.000Z"],
    ["2026-03-18 14:54 -0500", "2026-03-18T19:54:00.000Z"],
    ["1773863640", "2026-03-18T19:54:00.000Z"],
    ["<t:1773863640>", "2026-03-18T19:54:00.000Z"],
    ["<t:1773863640:R>", "2026-03-18T19:54:00.000Z"],
    ["  2024-02-29 00:00 ", "2024-02-29T00:00:00.000Z"],
  ])("%s is %s", (typed, time) => {
    expect(readTime(typed)?.toISOString()).toBe(time);
  });

  it.each([
    "",
    "yesterday",
    "18.03.2026",
    "03/18/2026",
    "2026-3-18",
    "2026-02-30",
    "2025-02-29",
    "2026-04-31 12:00",
    "2026-13-01",
    "2026-03-18 24:61",
    "2026-03-18 19",
    "19:54",
    "12345",
    "<t:abc>",
    "<t:1773863640:Q>",
    "2026-03-18T19:54:31Z; drop table",
  ])("%s is none", (typed) => {
    expect(readTime(typed)).toBeNull();
  });
});

describe("the source of a settlement", () => {
  it.each([
    ["https://mimo.xiaomi.com/v2", "https://mimo.xiaomi.com/v2"],
    [" http://example.org ", "http://example.org/"],
    ["HTTPS://Example.org/A b", "https://example.org/A%20b"],
    ["<https://example.org/>", "https://example.org/"],
    [` <https://example.org/${"é".repeat(79)}> `, `https://example.org/${"%C3%A9".repeat(79)}`],
  ])("%s is an address", (typed, href) => {
    expect(readSource(typed)).toBe(href);
  });

  it.each([
    "",
    "a friend",
    "example.org/without-scheme",
    "javascript:alert(1)",
    "ftp://example.org/",
    "file:///etc/passwd",
    "https://me:secret@example.org/",
    "https://me@example.org/",
    "https://:secret@example.org/",
    `https://example.org/${"x".repeat(500)}`,
    `https://example.org/${"é".repeat(150)}`,
    "<<https://example.org/>>",
    "<https://example.org/",
  ])("%s is none", (typed) => {
    expect(readSource(typed)).toBeNull();
  });
});
