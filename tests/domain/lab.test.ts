import { describe, expect, it } from "vitest";
import {
  type Lab,
  labByAuthor,
  labBySlug,
  normaliseLabName,
  OTHER,
  resolveLab,
  suggestLabs,
} from "../../src/domain/lab.ts";
import { labs } from "../../src/domain/lab-registry.ts";

const newLab: Lab = {
  slug: "own-reflection",
  name: "Reflection AI",
  aliases: ["Reflection"],
  parent: null,
  country: "US",
  prefixes: [],
};

describe("the registry of labs", () => {
  it("has about forty labs, each under its own slug", () => {
    expect(labs.length).toBeGreaterThanOrEqual(38);
    expect(new Set(labs.map(({ slug }) => slug)).size).toBe(labs.length);
  });

  it("gives no name to two labs", () => {
    const owners = new Map<string, Set<string>>();
    for (const lab of labs) {
      for (const name of [lab.slug, lab.name, ...lab.aliases, ...lab.prefixes].map(normaliseLabName)) {
        owners.set(name, (owners.get(name) ?? new Set()).add(lab.slug));
      }
    }
    expect([...owners].filter(([, slugs]) => slugs.size > 1)).toEqual([]);
  });

  it("keeps the slug of someone else free, and no lab answers to those words", () => {
    expect(labBySlug(OTHER)).toBeNull();
    expect(resolveLab("other")).toBeNull();
    expect(resolveLab("Someone else")).toBeNull();
  });

  it("keys every lab on an author prefix, in lower case, with a country of two letters or none", () => {
    for (const { slug, prefixes, country } of labs) {
      expect(slug).toMatch(/^[a-z0-9-]+$/);
      expect(prefixes).toContain(slug);
      if (country !== null) expect(country).toMatch(/^[A-Z]{2}$/);
    }
  });

  it("has names that fit in a choice of Discord's", () => {
    expect(labs.filter(({ name }) => name.length > 60)).toEqual([]);
  });

  it("finds every lab again by each of its names and prefixes", () => {
    for (const lab of labs) {
      for (const name of [lab.slug, lab.name, ...lab.aliases]) expect(resolveLab(name)).toBe(lab);
      for (const prefix of lab.prefixes) expect(labByAuthor(prefix)).toBe(lab);
      expect(labBySlug(lab.slug)).toBe(lab);
    }
  });
});

describe("a lab a member types", () => {
  it.each([
    ["Zhipu", "z-ai"],
    ["GLM", "z-ai"],
    ["Z.AI", "z-ai"],
    ["thudm", "z-ai"],
    ["智谱", "z-ai"],
    ["Kimi", "moonshotai"],
    ["moonshot ai", "moonshotai"],
    ["DeepMind", "google"],
    ["Google  DeepMind", "google"],
    ["Alibaba", "qwen"],
    ["MiMo", "xiaomi"],
    ["Deep-Seek", "deepseek"],
    ["SpaceXAI", "x-ai"],
    ["tulu", "allenai"],
    ["TÜLU", "allenai"],
    ["Ant Group", "inclusionai"],
    ["LongCat", "meituan"],
    ["01 ai", "01-ai"],
    ["  openai ", "openai"],
    ["ＯｐｅｎＡＩ", "openai"],
  ])("is found as %s, whatever the case, accents, spaces and punctuation", (text, slug) => {
    expect(resolveLab(text)?.slug).toBe(slug);
  });

  it.each(["OpenA", "OpenAII", "Deepseeker", "Meta Llama 5", "", "  ", "?!", "constructor"])(
    "is never guessed from a near miss (%j)",
    (text) => {
      expect(resolveLab(text)).toBeNull();
    },
  );

  it("may be one of the server's own", () => {
    expect(resolveLab("reflection")).toBeNull();
    expect(resolveLab("reflection", [newLab])).toBe(newLab);
    expect(labBySlug(newLab.slug, [newLab])).toBe(newLab);
  });

  it("may go by an alias the server gave to a known lab", () => {
    const alias: Lab = { ...newLab, slug: "xiaomi", name: "Mi Lab", aliases: [] };
    expect(resolveLab("mi lab", [alias])).toBe(labBySlug("xiaomi"));
  });

  it("is the registry's when the server's own has the same name", () => {
    expect(resolveLab("OpenAI", [{ ...newLab, name: "Open AI" }])?.slug).toBe("openai");
  });
});

describe("suggestions while typing", () => {
  const slugs = (text: string, ranked: readonly string[] = [], extra: readonly Lab[] = []) =>
    suggestLabs(text, ranked, extra).map(({ slug }) => slug);

  it("are the most guessed labs first when nothing is typed yet, and never more than 25", () => {
    const suggested = slugs("", ["xiaomi", "deepseek"]);
    expect(suggested.slice(0, 2)).toEqual(["xiaomi", "deepseek"]);
    expect(suggested).toHaveLength(25);
    expect(new Set(suggested).size).toBe(25);
    expect(suggestLabs("", [], [], 24)).toHaveLength(24);
    expect(suggestLabs("", [], [], 100)).toHaveLength(25);
  });

  it("match the beginning of a name or an alias", () => {
    expect(slugs("zhi")).toEqual(["z-ai"]);
    expect(slugs("kim")).toEqual(["moonshotai"]);
    expect(slugs("Open A")).toEqual(["openai"]);
  });

  it("match the beginning of a later word, but not the middle of one", () => {
    expect(slugs("superint")).toEqual(["meta-llama"]);
    expect(slugs("deepm")).toEqual(["google"]);
    expect(slugs("eepmind")).toEqual([]);
  });

  it("stand in the order of the guesses, then of the registry", () => {
    expect(slugs("me")).toEqual(["meta-llama", "inception", "meituan"]);
    expect(slugs("me", ["meituan", "xiaomi"])).toEqual(["meituan", "meta-llama", "inception"]);
  });

  it("contain the server's own labs, and known labs by the server's aliases", () => {
    expect(slugs("refl", [], [newLab])).toEqual(["own-reflection"]);
    expect(slugs("mi l", [], [{ ...newLab, slug: "xiaomi", name: "Mi Lab", aliases: [] }])).toEqual(["xiaomi"]);
    expect(slugs("", ["own-reflection"], [newLab])[0]).toBe("own-reflection");
  });
});
