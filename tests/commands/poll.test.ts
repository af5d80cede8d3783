import { describe, expect, it } from "vitest";
import { commands } from "../../commands/index.ts";
import { placeGuess } from "../../src/actions/place-guess.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { hearPolls, noticesFor } from "../../src/schedule/polls.ts";
import { aKey, named } from "../support/factories.ts";
import { aPlayedServer, privately, replyOf, wordsOf } from "./playing.ts";

const hunter = { model: "Hunter Alpha" };

describe("/poll", () => {
  it("posts one poll where it was typed, once, with the likeliest labs, someone else, and the Guess button", async () => {
    const { app, client, discord, channel, ann, bob } = await aPlayedServer();
    discord.faults.duplicateInteractions = true;
    expect(await privately(ann.command(channel, "/poll", { ...hunter, hours: 5 }))).toContain("runs for 5 hours");
    discord.faults.clear();
    await channel.waitFor(({ body }) => body.poll !== undefined);
    await deliverDue(app, client, "this process");
    const [message, ...others] = channel.messages();
    expect(others).toEqual([]);
    expect(message?.text).toContain("Poll: Who built Hunter Alpha?\n  ( ) OpenAI — 0");
    expect(message?.text).toContain("( ) Someone else — 0\n[Guess]");
    expect(message?.body.poll).toMatchObject({ duration: 5, allow_multiselect: false });
    expect(message?.pings).toEqual({ users: [], roles: [], everyone: false });
    const menu = message && (await replyOf(bob.press(message, "Guess")));
    expect(wordsOf(menu)).toContain("Who built **Hunter Alpha**?");
    const again = await privately(bob.command(channel, "/poll", hunter));
    expect(again).toContain(`There is a poll on this model already. Vote there: https://discord.com/channels/`);
    expect(again).toContain(message?.id);
    discord.expectNoViolations();
  });

  it("says in plain words who may not post polls here", async () => {
    const { app, client, discord, server, channel, ann } = await aPlayedServer();
    channel.overwrite(server.bot, { deny: ["SendPolls"] });
    expect(await privately(ann.command(channel, "/poll", hunter))).toContain("Create Polls here");
    channel.overwrite(server.bot, { allow: ["SendPolls"] });
    channel.overwrite(ann, { deny: ["SendPolls"] });
    expect(await privately(ann.command(channel, "/poll", hunter))).toContain("You may not create polls");
    channel.overwrite(ann, { allow: ["SendPolls"] });
    expect(await privately(ann.command(channel, "/poll", { model: "Nobody" }))).toContain("I know no such model here");
    await deliverDue(app, client, "this process");
    expect(channel.messages()).toEqual([]);
    discord.expectNoViolations();
  });

  it("tells a member once, below the next answer, that a vote changed nothing", async () => {
    const { app, client, discord, server, channel, modelId, ann, bob } = await aPlayedServer();
    client.removeAllListeners("interactionCreate");
    answerInteractions(client, app, commands, { notices: (who) => noticesFor(app, who) });
    hearPolls(client, app);
    await replyOf(ann.command(channel, "/poll", hunter));
    const message = await channel.waitFor(({ body }) => body.poll !== undefined);
    await placeGuess(app, {
      ...{ key: aKey(), serverId: server.id, modelId, suspect: "xiaomi", ownPoints: 100 },
      member: { ...named(ann.id), name: "Ann" },
    });
    ann.vote(message, ["OpenAI"]);
    bob.vote(message, ["OpenAI"]);
    await expect
      .poll(
        async () => {
          return wordsOf(await replyOf(bob.command(channel, "/models show", hunter)));
        },
        { timeout: 10_000, interval: 200 },
      )
      .toContain("2 votes · OpenAI 2");
    const told = await ann.command(channel, "/profile").followUp();
    expect(told.visibleTo?.id).toBe(ann.id);
    expect(wordsOf(told)).toBe(
      "Your vote in the poll on **Hunter Alpha** counts for nothing: you had guessed already, and a vote does not change that. `/guess` does.",
    );
    const quiet = ann.command(channel, "/profile");
    await replyOf(quiet);
    await quiet.settled();
    expect(quiet.followUps()).toEqual([]);
    discord.expectNoViolations();
  });
});
