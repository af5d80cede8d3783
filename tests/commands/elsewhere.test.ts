import { expect, it } from "vitest";
import { remember } from "../../src/actions/open-markets.ts";
import { anApp } from "../support/app.ts";
import { aMarket, aModel } from "../support/factories.ts";
import { aPlayedServer, privately } from "./playing.ts";

it("a model another process has just opened is taken by every command, typed by its name", async () => {
  const { app, discord, server, channel, ann, bob, boss } = await aPlayedServer();
  const elsewhere = anApp(app.db);
  const opened = async (name: string) => {
    const model = await aModel(app.db, { name, listingId: `openrouter/${name.toLowerCase()}` });
    await remember(elsewhere, [await aMarket(app.db, { serverId: server.id, modelId: model.modelId })], [model]);
    return { model: name };
  };
  const guessed = await privately(ann.command(channel, "/guess", { ...(await opened("Ox")), lab: "DeepSeek" }));
  expect(guessed).toContain("**Ox**: you say **DeepSeek** built it.");
  expect(await privately(ann.command(channel, "/models show", await opened("Elk")))).toContain("Elk");
  expect(await privately(ann.command(channel, "/poll", await opened("Yak")))).toContain("runs for");
  const evidence = await opened("Gnu");
  expect(await privately(ann.command(channel, "/evidence list", evidence))).toContain("Gnu");
  const asked = { ...(await opened("Emu")), prompt: "Who are you?" };
  expect(await privately(ann.command(channel, "/ask-model", asked))).not.toContain("I know no such model");
  const decided = { ...(await opened("Kea")), reason: "a leak" };
  expect(await privately(boss.command(channel, "/settle freeze", decided))).toContain("Done.");
  // A form must open at once or not at all: a process that knew of no model says so, and has the form the next time.
  app.models.forget(server.id);
  const message = bob.say(channel, "It says it is a yak");
  expect(await privately(ann.menu(channel, "File as evidence", message))).toContain("once more: now the form opens");
  await ann.menu(channel, "File as evidence", message).modal();
  discord.expectNoViolations();
});
