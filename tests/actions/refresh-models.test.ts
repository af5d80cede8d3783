import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { nameLab } from "../../src/actions/name-lab.ts";
import { remember } from "../../src/actions/open-markets.ts";
import { learnChanges, modelMeant } from "../../src/actions/refresh-models.ts";
import { aClock, anApp } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aKey, aMarket, aModel, aServer, named } from "../support/factories.ts";

/** Two processes on one database, one model open, both know of it. */
async function twoProcesses() {
  const { db } = await embedded.open();
  const clock = aClock();
  const [here, elsewhere] = [anApp(db, clock), anApp(db, clock)];
  const { serverId, modelId } = await aMarket(db);
  for (const app of [here, elsewhere]) await loadModels(app);
  const opened = async (name: string) => {
    const model = await aModel(db, { name });
    return { ...model, market: await aMarket(db, { serverId, modelId: model.modelId }) };
  };
  const names = () => here.models.of(serverId).models.map((model) => model.name);
  const decide = (kind: "freeze" | "unfreeze" | "void") =>
    decideMarket(elsewhere, { key: aKey(), serverId, modelId, member: named("mod"), reason: "so", kind });
  return { db, here, elsewhere, serverId, modelId, opened, names, decide };
}

describe("a model another process has just opened", () => {
  it("is found by the first who names it, though memory does not know it", async () => {
    const { here, serverId, opened } = await twoProcesses();
    const { modelId } = await opened("Ox Alpha");
    expect(await modelMeant(here, serverId, "ox alpha")).toMatchObject({ modelId, name: "Ox Alpha" });
  });

  it("is looked for once by all who name it at the same moment, and not for every wrong word", async () => {
    const { here, elsewhere, serverId, opened } = await twoProcesses();
    const before = here.models.of(serverId);
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => modelMeant(here, serverId, `Nobody ${n}`)));
    expect(all.every((found) => found === null)).toBe(true);
    const read = here.models.of(serverId);
    expect(read).not.toBe(before);
    expect(await modelMeant(here, serverId, "Nobody at all")).toBeNull();
    expect(here.models.of(serverId)).toBe(read);
    // Something was counted meanwhile: then it is worth a look.
    const { market, ...model } = await opened("Ox Alpha");
    await remember(elsewhere, [market], [model]);
    expect(await modelMeant(here, serverId, "Ox Alpha")).not.toBeNull();
  });

  it("comes into memory with the next look at what others have changed, and only then memory is read", async () => {
    const { here, elsewhere, serverId, opened, names } = await twoProcesses();
    const { market, ...model } = await opened("Ox Alpha");
    await remember(elsewhere, [market], [model]);
    await learnChanges(here);
    expect(names()).toContain("Ox Alpha");
    const known = here.models.of(serverId);
    await learnChanges(here);
    expect(here.models.of(serverId)).toBe(known);
  });
});

describe("what another process changes", () => {
  it("is known after the next look: models frozen, opened again and called off, and names taught", async () => {
    const { here, elsewhere, serverId, decide } = await twoProcesses();
    const state = async () => {
      await learnChanges(here);
      return here.models.of(serverId).models[0]?.state;
    };
    await decide("freeze");
    expect(await state()).toBe("frozen");
    await decide("unfreeze");
    expect(await state()).toBe("open");
    await decide("void");
    expect(await state()).toBe("void");
    await nameLab(elsewhere, { serverId, name: "Frobozz", sameAs: null });
    await learnChanges(here);
    expect(here.models.of(serverId).labs).toMatchObject([{ name: "Frobozz" }]);
  });

  it("in one server has no other read, and what a process changed itself none at all after the first", async () => {
    const { db, here, elsewhere, decide, serverId } = await twoProcesses();
    const other = await aServer(db);
    await aMarket(db, { serverId: other.serverId });
    await loadModels(here);
    const known = here.models.of(other.serverId);
    expect(known.models).toHaveLength(1);
    await decide("freeze");
    await learnChanges(here);
    await learnChanges(elsewhere);
    expect(here.models.of(other.serverId)).toBe(known);
    await decide("unfreeze");
    const own = elsewhere.models.of(serverId);
    await learnChanges(elsewhere);
    expect(elsewhere.models.of(serverId)).toBe(own);
  });
});
