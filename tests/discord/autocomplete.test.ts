import { describe, expect, it } from "vitest";
import { labChoices, modelChoices, seasonChoices } from "../../src/discord/autocomplete.ts";
import type { OpenModel, ServerMemory } from "../../src/domain/open-models.ts";
import { listed } from "./made.ts";

function aModel(model: Partial<OpenModel> = {}): OpenModel {
  return {
    modelId: 42,
    name: "Hunter Alpha",
    listingId: "openrouter/hunter-alpha",
    listedAt: listed,
    state: "open",
    labs: [
      { lab: "xiaomi", callers: 3, price: 0.2 },
      { lab: "deepseek", callers: 1, price: 0.5 },
      { lab: "other", callers: 0, price: 0.2 },
    ],
    ...model,
  };
}

function aMemory(models: OpenModel[] = [aModel()]): ServerMemory {
  return { models, labs: [] };
}

const guessing = { on: "42", withOther: true };

describe("while a model is typed", () => {
  it("those in the right state are offered, with the state where it matters", () => {
    const memory = aMemory([aModel(), aModel({ modelId: 43, name: "Healer Alpha", state: "settled" })]);
    expect(modelChoices(memory, "", ["open"])).toEqual([{ name: "Hunter Alpha", value: "42" }]);
    expect(modelChoices(memory, "heal", ["open", "settled"])).toEqual([
      { name: "Healer Alpha (settled)", value: "43" },
    ]);
    expect(modelChoices(memory, "zzz", ["open", "settled"])).toEqual([]);
  });

  it("there are never more than 25", () => {
    const many = Array.from({ length: 60 }, (_, i) => aModel({ modelId: i }));
    expect(modelChoices(aMemory(many), "", ["open"])).toHaveLength(25);
  });
});

describe("while a lab is typed", () => {
  it("the most guessed come first, with their odds, and Someone else is the 25th", () => {
    const choices = labChoices(aMemory(), "", guessing);
    expect(choices).toHaveLength(25);
    expect(choices.slice(0, 2)).toEqual([
      { name: "Xiaomi · 20 %", value: "xiaomi" },
      { name: "DeepSeek · 50 %", value: "deepseek" },
    ]);
    expect(choices.at(-1)).toEqual({ name: "Someone else · 20 %", value: "other" });
  });

  it("aliases match", () => {
    expect(labChoices(aMemory(), "kimi", guessing)).toEqual([{ name: "Moonshot AI", value: "moonshotai" }]);
    expect(labChoices(aMemory(), "MiMo", guessing)).toEqual([{ name: "Xiaomi · 20 %", value: "xiaomi" }]);
  });

  it("Someone else is found by its own name", () => {
    expect(labChoices(aMemory(), "someone", guessing)).toContainEqual({ name: "Someone else · 20 %", value: "other" });
  });

  it("a name nobody knows is offered as it is typed", () => {
    expect(labChoices(aMemory(), "Foo Labs", guessing)).toEqual([
      { name: "Another lab: “Foo Labs”", value: "Foo Labs" },
    ]);
  });

  it("a settlement takes neither Someone else nor a name nobody knows", () => {
    const settling = { on: "42", withOther: false };
    expect(labChoices(aMemory(), "", settling).some(({ value }) => value === "other")).toBe(false);
    expect(labChoices(aMemory(), "Foo Labs", settling)).toEqual([]);
  });

  it("labs are offered before a model is", () => {
    const choices = labChoices(aMemory(), "deep", { on: null, withOther: true });
    expect(choices).toContainEqual({ name: "DeepSeek", value: "deepseek" });
  });
});

it("the seasons offered are those with models, newest first", () => {
  const memory = aMemory([aModel(), aModel({ modelId: 43, listedAt: new Date("2026-04-13T00:00:00Z") })]);
  expect(seasonChoices(memory, "").map(({ value }) => value)).toEqual(["2026-Q2", "2026-Q1"]);
  expect(seasonChoices(memory, "january")).toEqual([{ name: "January–March 2026 (2026-Q1)", value: "2026-Q1" }]);
});
