import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { decideMarket } from "../../src/actions/decide-market.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import { learnMarkets, loadModels } from "../../src/actions/load-models.ts";
import { nameLab } from "../../src/actions/name-lab.ts";
import { remember } from "../../src/actions/open-markets.ts";
import { recordCatalogue } from "../../src/actions/record-catalogue.ts";
import { learnChanges, modelMeant } from "../../src/actions/refresh-models.ts";
import { type Transaction, transact } from "../../src/storage/database.ts";
import { markets, transactions } from "../../src/storage/schema.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { describeOnPostgres, embedded } from "../support/database.ts";
import { aGuess, aKey, aMarket, aModel, aServer, named } from "../support/factories.ts";
import { aCatalogue, aStealthListing, firstRead, storyClock, watcherApp } from "../support/watcher-app.ts";

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

describe("once a minute", () => {
  /** The two processes as they are a while after their start: the books' newest pages have been read twice. */
  async function aWhileLater() {
    const story = await twoProcesses();
    for (let minute = 0; minute < 2; minute += 1) await learnMarkets(story.here);
    return story;
  }

  it("nothing is read when nothing has happened, and otherwise only what has", async () => {
    const { db, here, elsewhere, serverId, modelId, opened } = await aWhileLater();
    const quiet = await aMarket(db);
    const still = await opened("Ox Alpha");
    await learnMarkets(here);
    await learnMarkets(here);
    await learnMarkets(here);
    const before = here.models.of(serverId);
    const elsewhereBefore = here.models.of(quiet.serverId);
    await learnMarkets(here);
    expect(here.models.of(serverId)).toBe(before);
    await aGuess(elsewhere, { serverId, modelId });
    await learnMarkets(here);
    const model = (id: number, of = here.models.of(serverId)) => of.models.find((one) => one.modelId === id);
    expect(model(modelId)).not.toBe(model(modelId, before));
    expect(model(still.modelId)).toBe(model(still.modelId, before));
    expect(here.models.of(quiet.serverId)).toBe(elsewhereBefore);
  });

  it("odds are as other processes' guesses have made them, labs they listed among them", async () => {
    const { here, elsewhere, serverId, modelId } = await aWhileLater();
    await aGuess(elsewhere, { serverId, modelId }, { suspect: "LongCat", ownPoints: 50 });
    await aGuess(elsewhere, { serverId, modelId }, { suspect: "Kimi" });
    expect(here.models.of(serverId)).not.toEqual(elsewhere.models.of(serverId));
    await learnMarkets(here);
    expect(here.models.of(serverId)).toEqual(elsewhere.models.of(serverId));
  });

  it("what a process did and died before it could tell the others is found all the same", async () => {
    const { db, here, serverId, modelId, opened, names } = await aWhileLater();
    await opened("Ox Alpha");
    const dead = anApp(db);
    await loadModels(dead);
    // Its last act is committed, its count is not.
    dead.models.update = () => {
      throw new Error("killed");
    };
    const last = { key: aKey(), serverId, modelId, member: named("mod"), reason: "so", kind: "void" as const };
    await expect(decideMarket(dead, last)).rejects.toThrow("killed");
    await learnChanges(here);
    expect(names()).not.toContain("Ox Alpha");
    await learnMarkets(here);
    expect(names()).toContain("Ox Alpha");
    expect(here.models.of(serverId).models.find((model) => model.modelId === modelId)?.state).toBe("void");
  });

  it("a model is called what the catalogue calls it now, in every server, in the process that read it too", async () => {
    const { db } = await embedded.open();
    const clock = storyClock();
    const app = watcherApp(db, clock);
    await firstRead(app);
    await loadModels(app);
    for (const id of ["100", "200"]) await joinServers(app, [{ serverId: id, name: id }]);
    await recordCatalogue(app, aCatalogue(aStealthListing("Ox Alpha")));
    await learnMarkets(app);
    await recordCatalogue(app, aCatalogue({ ...aStealthListing("Ox Alpha"), name: "Ox Beta" }));
    await learnMarkets(app);
    for (const id of ["100", "200"]) expect(app.models.of(id).models.map(({ name }) => name)).toEqual(["Ox Beta"]);
  });
});

describe("a listing opened in every server by another process", () => {
  it("is known here after the next look, and of what was known nothing is read again", async () => {
    const { db, here, elsewhere, serverId, modelId } = await twoProcesses();
    for (let minute = 0; minute < 3; minute += 1) await learnMarkets(here);
    const known = here.models.of(serverId).models.find((model) => model.modelId === modelId);
    const other = await aServer(db);
    const model = await aModel(db, { name: "Ox Alpha" });
    const everywhere = [serverId, other.serverId];
    const opened = [];
    for (const id of everywhere) opened.push(await aMarket(db, { serverId: id, modelId: model.modelId }));
    await remember(elsewhere, opened, [model]);
    await learnChanges(here);
    for (const id of everywhere) expect(here.models.of(id).models.map(({ name }) => name)).toContain("Ox Alpha");
    expect(here.models.of(serverId).models).toContain(known);
  });
});

describe("the first load of all servers", () => {
  it("takes a few at a time, and lets members who type come in between", async () => {
    const { db, here } = await twoProcesses();
    const { modelId } = await aModel(db, { name: "Ox Alpha" });
    const serverIds: string[] = [];
    for (let n = 0; n < 25; n += 1)
      serverIds.push((await aMarket(db, { modelId, serverId: (await aServer(db)).serverId })).serverId);
    const empty = await aServer(db);
    const knownMeanwhile: number[] = [];
    const app = anApp(db);
    const known = () => serverIds.filter((id) => app.models.isLoaded(id)).length;
    const member = setInterval(() => knownMeanwhile.push(known()), 0);
    await loadModels(app).finally(() => clearInterval(member));
    expect(known()).toBe(25);
    expect(app.models.isLoaded(empty.serverId)).toBe(true);
    expect(knownMeanwhile.some((count) => count > 0 && count < 25)).toBe(true);
    await loadModels(here);
    for (const id of serverIds) expect(app.models.of(id)).toEqual(here.models.of(id));
  });
});

function aSignal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

describeOnPostgres("what is under way in another process at one look", (database) => {
  it("is found by a later one, though what came after it was found before", async () => {
    const { db } = await database.open();
    const here = anApp(db);
    const [slow, quick] = [await aMarket(db), await aMarket(db)];
    await loadModels(here);
    // Far behind what is looked through at the start.
    await db.execute(sql`select setval(pg_get_serial_sequence('transactions', 'transaction_id'), 100000)`);
    const frozen = (row: typeof slow) =>
      ({ key: aKey(), kind: "freeze", serverId: row.serverId, marketId: row.marketId, at: storyBegins }) as const;
    const freeze = async (tx: Transaction, row: typeof slow) => {
      await tx.insert(transactions).values(frozen(row));
      await tx.update(markets).set({ state: "frozen" }).where(eq(markets.marketId, row.marketId));
    };
    const state = (row: typeof slow) => here.models.of(row.serverId).models[0]?.state;
    const [begun, held] = [aSignal(), aSignal()];
    const slowly = transact(db, async (tx) => {
      await freeze(tx, slow);
      begun.give();
      await held.given;
    });
    await begun.given;
    await transact(db, (tx) => freeze(tx, quick));
    for (let minute = 0; minute < 4; minute += 1) await learnMarkets(here);
    expect([state(slow), state(quick)]).toEqual(["open", "frozen"]);
    held.give();
    await slowly;
    await learnMarkets(here);
    expect(state(slow)).toBe("frozen");
  });
});
