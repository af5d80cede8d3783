import { describe, expect, it } from "vitest";
import { createOpenModels, findModel, type OpenModel, suggestModels } from "../../src/domain/open-models.ts";

let made = 0;

function aModel(name: string, changes: Partial<OpenModel> = {}): OpenModel {
  made += 1;
  return {
    modelId: made,
    name,
    listingId: `openrouter/${name.toLowerCase().replaceAll(" ", "-")}`,
    listedAt: new Date(Date.UTC(2026, 2, 11, 20, made)),
    state: "open",
    labs: [],
    ...changes,
  };
}

const [hunter, healer, ox] = ["Hunter Alpha", "Healer Alpha", "Ox Alpha"].map((name) => aModel(name)) as [
  OpenModel,
  OpenModel,
  OpenModel,
];
const known = [ox, healer, hunter];

describe("the models a server knows", () => {
  it("are none before they are loaded, and none again once forgotten", () => {
    const models = createOpenModels();
    expect(models.of("1")).toEqual({ models: [], labs: [] });
    models.update("1", hunter);
    models.forget("1");
    expect(models.of("1").models).toEqual([]);
  });

  it("stay newest first whatever order they come in, each once", () => {
    const models = createOpenModels();
    for (const model of [healer, hunter, ox]) models.update("1", model);
    models.update("1", { ...hunter, state: "frozen" });
    expect(models.of("1").models).toEqual([ox, healer, { ...hunter, state: "frozen" }]);
  });

  it("are put in order by number when they were listed at the same moment", () => {
    const models = createOpenModels();
    const twin = aModel("Twin Alpha", { listedAt: ox.listedAt });
    models.update("1", ox);
    models.update("1", twin);
    expect(models.of("1").models).toEqual([twin, ox]);
  });

  it("are not put back to an older state by a read that began before they changed", () => {
    const models = createOpenModels();
    models.update("1", hunter);
    const read = models.beginRead();
    models.update("1", ox);
    models.replace("1", { models: [hunter], labs: [] }, read);
    models.replace("2", { models: [healer], labs: [] }, read);
    expect(models.of("1").models).toEqual([ox, hunter]);
    expect(models.of("2").models).toEqual([healer]);
    models.replace("1", { models: [ox], labs: [] }, models.beginRead());
    expect(models.of("1").models).toEqual([ox]);
  });

  it("take what a read tells of the others though one changes meanwhile, as on a busy server one always does", () => {
    const models = createOpenModels();
    models.update("1", hunter);
    models.update("1", ox);
    const read = models.beginRead();
    models.update("1", { ...hunter, state: "settled" });
    models.replace("1", { models: [healer, hunter], labs: [] }, read);
    expect(models.of("1").models).toEqual([healer, { ...hunter, state: "settled" }]);
  });

  it("are as the read that began last found them, whichever ended last", () => {
    const models = createOpenModels();
    const [slow, quick] = [models.beginRead(), models.beginRead()];
    models.replace("1", { models: [hunter], labs: [] }, quick);
    models.replace("1", { models: [], labs: [] }, slow);
    expect(models.of("1").models).toEqual([hunter]);
  });

  it("take what a read tells of some, and leave the rest, the labs, and what changed here since it began", () => {
    const models = createOpenModels();
    const lab = { slug: "frobozz", name: "Frobozz", aliases: [], parent: null, country: null, prefixes: [] };
    models.replace("1", { models: [healer, hunter], labs: [lab] });
    const read = models.beginRead();
    models.update("1", { ...hunter, state: "settled" });
    models.bringIn("1", [{ ...hunter, state: "frozen" }, { ...healer, name: "Healer Beta" }, ox], read);
    const after = [ox, { ...healer, name: "Healer Beta" }, { ...hunter, state: "settled" as const }];
    expect(models.of("1")).toEqual({ models: after, labs: [lab] });
  });

  it("are as the later read found them, be it of all models or of some, whichever ended last", () => {
    const models = createOpenModels();
    const [whole, some, last] = [models.beginRead(), models.beginRead(), models.beginRead()];
    models.bringIn("1", [{ ...hunter, state: "frozen" }], some);
    models.replace("1", { models: [hunter, ox], labs: [] }, whole);
    expect(models.of("1").models).toEqual([ox, { ...hunter, state: "frozen" }]);
    models.replace("1", { models: [ox], labs: [] }, last);
    models.bringIn("1", [hunter], some);
    expect(models.of("1").models).toEqual([ox]);
  });

  it("were loaded once they were read whole, and not by one that came in alone", () => {
    const models = createOpenModels();
    models.update("1", hunter);
    models.bringIn("1", [ox], models.beginRead());
    expect(models.isLoaded("1")).toBe(false);
    models.replace("1", { models: [], labs: [] });
    expect(models.isLoaded("1")).toBe(true);
    models.forget("1");
    expect(models.isLoaded("1")).toBe(false);
  });

  it("are kept apart by server, with each server's own labs", () => {
    const models = createOpenModels();
    const lab = { slug: "frobozz", name: "Frobozz", aliases: [], parent: null, country: null, prefixes: [] };
    models.replace("1", { models: [hunter], labs: [lab] });
    models.update("1", ox);
    models.update("2", healer);
    expect(models.of("1")).toEqual({ models: [ox, hunter], labs: [lab] });
    expect(models.of("2")).toEqual({ models: [healer], labs: [] });
  });
});

describe("models suggested while a member types", () => {
  it("are all, newest first, before anything is typed", () => {
    expect(suggestModels(known, "")).toEqual(known);
  });

  it.each([
    ["hun", [hunter]],
    ["ALPHA", known],
    ["healer-alpha", [healer]],
    ["openrouter/ox", [ox]],
    ["zzz", []],
  ])("for %s fit what was typed", (typed, fitting) => {
    expect(suggestModels(known, typed)).toEqual(fitting);
  });

  it("are twenty-five at most", () => {
    const many = Array.from({ length: 30 }, (_, n) => aModel(`Model ${n}`));
    expect(suggestModels(many, "model")).toHaveLength(25);
    expect(suggestModels(many, "model", 3)).toHaveLength(3);
  });
});

describe("the model a member means", () => {
  it.each([
    [String(hunter.modelId), hunter],
    ["Hunter Alpha", hunter],
    ["hunter-alpha", hunter],
    ["openrouter/hunter-alpha", hunter],
    ["hunt", hunter],
    [" OX ", ox],
  ])("by %s is found", (typed, model) => {
    expect(findModel(known, typed)).toBe(model);
  });

  it.each(["", "  ", "?", "h", "alpha", "999999", "Hunter Beta"])("by %j is not guessed at", (typed) => {
    expect(findModel(known, typed)).toBeNull();
  });

  it("is the one of exactly that name, though others begin with it", () => {
    const pony = aModel("Pony");
    expect(findModel([aModel("Pony Alpha"), pony], "pony")).toBe(pony);
  });

  it("is none when two have that name", () => {
    expect(findModel([aModel("Twin"), aModel("Twin", { listingId: "stealth/twin" })], "Twin")).toBeNull();
  });
});
