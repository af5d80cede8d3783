import { describe, expect, it } from "vitest";
import { type Lab, labBySlug, resolveLab } from "../../src/domain/lab.ts";
import { decideNaming, mostOwnNames } from "../../src/domain/name-lab.ts";

const own = (slug: string, name: string, aliases: string[] = []): Lab => ({
  slug,
  name,
  aliases,
  parent: null,
  country: null,
  prefixes: [],
});
const frobozz = own("server-lab-1", "Frobozz Labs");

describe("a name nobody knew", () => {
  it("becomes a lab of its own, in one line, under a slug nobody goes by", () => {
    expect(decideNaming("  Frobozz\n Labs ", null, [])).toEqual({
      answer: { done: true, name: "Frobozz Labs", what: "new-lab", labName: "Frobozz Labs" },
      lab: { slug: "server-lab-1", name: "Frobozz Labs", aliases: [] },
    });
    expect(decideNaming("Zork", null, [frobozz])).toMatchObject({ lab: { slug: "server-lab-2" } });
    // Somebody called a lab what the next slug would be: members who type it mean that one.
    const awkward = own("server-lab-1", "Server Lab 2", ["server lab 3"]);
    expect(decideNaming("Zork", null, [awkward])).toMatchObject({ lab: { slug: "server-lab-4" } });
  });

  it("becomes a further name of a lab of the registry, which keeps its own", () => {
    const first = decideNaming("Redmi AI", "mimo", [frobozz]);
    expect(first).toEqual({
      answer: { done: true, name: "Redmi AI", what: "alias", labName: "Xiaomi" },
      lab: { slug: "xiaomi", name: "Xiaomi", aliases: ["Redmi AI"] },
    });
    const more = [own("xiaomi", "Xiaomi", ["Redmi AI"])];
    expect(decideNaming("Poco", "redmi-ai", more)).toMatchObject({ lab: { aliases: ["Redmi AI", "Poco"] } });
    expect(resolveLab("redmi ai", more)).toBe(labBySlug("xiaomi"));
  });

  it("becomes a further name of a lab the server made itself", () => {
    expect(decideNaming("FL", "frobozz labs", [frobozz])).toMatchObject({
      answer: { what: "alias", labName: "Frobozz Labs" },
      lab: { slug: "server-lab-1", name: "Frobozz Labs", aliases: ["FL"] },
    });
  });
});

it("a name that is so already is taken as if it was taught now: two processes may get the same command", () => {
  const known = [frobozz, own("xiaomi", "Xiaomi", ["Redmi AI"])];
  expect(decideNaming("Frobozz  Labs", null, known)).toEqual({
    answer: { done: true, name: "Frobozz Labs", what: "new-lab", labName: "Frobozz Labs" },
    lab: null,
  });
  expect(decideNaming("Redmi AI", "mimo", known)).toEqual({
    answer: { done: true, name: "Redmi AI", what: "alias", labName: "Xiaomi" },
    lab: null,
  });
  for (const [name, sameAs] of [
    ["Redmi AI", null],
    ["Redmi AI", "deepseek"],
    ["Frobozz Labs", "xiaomi"],
    ["Xiaomi", null],
  ] as const)
    expect(decideNaming(name, sameAs, known)).toMatchObject({ reason: "already-known" });
});

describe("a name is refused", () => {
  it.each([
    ["that has no letter in it", " *** ", null, { reason: "no-name" }],
    ["that is too long", "x".repeat(61), null, { reason: "name-too-long", mostCharacters: 60 }],
    ["by which members mean someone else", "Somebody else", null, { reason: "means-someone-else" }],
    ["even if it is said to be a lab's", "other", "xiaomi", { reason: "means-someone-else" }],
    ["that the registry knows", "K-I-M-I", null, { reason: "already-known", name: "K-I-M-I", labName: "Moonshot AI" }],
    ["that the server knows", "FROBOZZ labs", "xiaomi", { reason: "already-known", labName: "Frobozz Labs" }],
    ["for a lab nobody knows", "Zork", "Grue", { reason: "no-such-lab", typed: "Grue" }],
    ["for “someone else”", "Zork", "other", { reason: "no-such-lab", typed: "other" }],
  ])("%s", (_, name, sameAs, refusal) => {
    expect(decideNaming(name, sameAs, [frobozz])).toMatchObject(refusal);
  });

  it("once a server has a hundred of its own, labs and further names together", () => {
    const aliases = Array.from({ length: mostOwnNames - 2 }, (_, n) => `Zork ${n}`);
    const nearly = [frobozz, own("xiaomi", "Xiaomi", aliases)];
    const last = decideNaming("Grue", null, nearly);
    if ("reason" in last || !last.lab) throw new Error("it was not taken");
    const full = [...nearly, own(last.lab.slug, last.lab.name)];
    expect(decideNaming("Plugh", null, full)).toEqual({ reason: "too-many", mostNames: 100 });
    expect(decideNaming("Plugh", "xiaomi", full)).toEqual({ reason: "too-many", mostNames: 100 });
  });
});
