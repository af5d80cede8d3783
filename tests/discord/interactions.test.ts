import type { Client } from "discord.js";
import { describe, expect, it } from "vitest";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import type { App } from "../../src/app.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import { registerCommands } from "../../src/discord/registration.ts";
import { keptLog, type LogLine, onDiscord } from "./on-discord.ts";
import { aProbe } from "./probe.ts";

async function aProbedServer(work?: () => Promise<void>) {
  const { probe, worked } = aProbe(work);
  const { lines, log } = keptLog();
  const attach = (arriving: Client) => answerInteractions(arriving, { log } as App, [probe]);
  const { discord, client, attached: listening } = await onDiscord(attach, log);
  await registerCommands(client.rest, client.application.id, [probe], null);
  const [server] = discord.servers;
  if (!server?.systemChannel) throw new Error("the sandbox is not as expected");
  const channel = server.systemChannel;
  const ann = server.addMember("Ann");
  const shown = async () => (await ann.command(channel, "/probe").settled()).reply();
  return { discord, server, channel, ann, worked, lines, listening, shown };
}

function complaints(lines: LogLine[]): LogLine[] {
  return lines.filter(({ level }) => level >= 40);
}

function inPublic(discord: DiscordSandbox): string[] {
  return discord.servers.flatMap((server) =>
    [...server.channels.values()].flatMap((channel) =>
      channel
        .messages()
        .filter((message) => !message.visibleTo && !message.deleted)
        .map(({ content }) => content),
    ),
  );
}

describe("what a member types or presses", () => {
  it("is acknowledged at once and answered to them alone", async () => {
    const { discord, channel, ann, lines } = await aProbedServer();
    const exchange = await ann.command(channel, "/probe").settled();
    const reply = await exchange.reply();
    expect(reply.content).toBe("Shown");
    expect(reply.visibleTo?.id).toBe(ann.id);
    expect(exchange.answer).toBe("deferred");
    expect(complaints(lines)).toEqual([]);
    discord.expectNoViolations();
  });

  it("changes the message it was on, adds to it, or opens a new one", async () => {
    const { discord, ann, shown } = await aProbedServer();
    const message = await shown();
    const aside = await ann.press(message, "Aside").settled();
    expect(aside.followUps().map(({ content }) => content)).toEqual(["By the way"]);
    expect(message.content).toBe("Shown");
    const fresh = await ann.press(message, "New").settled();
    expect((await fresh.reply()).content).toBe("New");
    expect(fresh.followUps()).toEqual([]);
    await ann.press(message, "Change").settled();
    expect(message.content).toBe("Changed");
    expect(message.components).toEqual([]);
    discord.expectNoViolations();
  });

  it("is told to the channel only where the answer says so, and pings nobody", async () => {
    const { discord, ann, shown } = await aProbedServer();
    await ann.press(await shown(), "Tell").settled();
    expect(inPublic(discord)).toEqual(["Everybody! @everyone"]);
    const told = discord.servers[0]?.systemChannel?.messages().find(({ content }) => content.startsWith("Everybody"));
    expect(told?.pings).toEqual({ users: [], roles: [], everyone: false });
    discord.expectNoViolations();
  });

  it("opens a form at once, and the form's answer goes to the same message", async () => {
    const { discord, ann, shown, worked } = await aProbedServer();
    const message = await shown();
    const form = await ann.press(message, "Ask").modal();
    await ann.submit(form, { word: "hello" }).settled();
    expect(message.content).toBe("Filled hello");
    const again = await shown();
    await ann.submit(await ann.select(again, "Pick", ["?"]).modal(), { word: "typed" }).settled();
    expect(again.content).toBe("Filled typed");
    const third = await shown();
    await ann.select(third, "Pick", ["a"]).settled();
    expect(third.content).toBe("Picked a");
    expect(worked.filter((what) => what === "pick")).toHaveLength(1);
    discord.expectNoViolations();
  });

  it("on a button of another version is answered with what to type instead", async () => {
    const { discord, ann, shown } = await aProbedServer();
    const exchange = await ann.press(await shown(), "Other version").settled();
    expect((await exchange.reply()).content).toBe(
      "This button is from an older version. `/help` lists what I can do now.",
    );
    discord.expectNoViolations();
  });
});

describe("when something goes wrong", () => {
  it("in a command, the member gets an apology with an id that is in the log beside the cause", async () => {
    const { discord, channel, ann, lines } = await aProbedServer();
    const exchange = await ann.command(channel, "/probe", { word: "break" }).settled();
    expect((await exchange.reply()).content).toContain(exchange.id);
    expect(complaints(lines)).toMatchObject([{ interactionId: exchange.id, err: { message: "broken command" } }]);
    discord.expectNoViolations();
  });

  it("in a button, the apology comes below and the message stays", async () => {
    const { discord, ann, shown, lines } = await aProbedServer();
    const message = await shown();
    const exchange = await ann.press(message, "Break").settled();
    expect(exchange.followUps()[0]?.content).toContain(exchange.id);
    expect(message.content).toBe("Shown");
    expect(complaints(lines)).toHaveLength(1);
    discord.expectNoViolations();
  });

  it("in autocomplete, the menu stays empty", async () => {
    const { discord, channel, ann, lines } = await aProbedServer();
    expect(await ann.autocomplete(channel, "/probe", { word: "break" }, "word")).toEqual([]);
    expect(complaints(lines)).toMatchObject([{ err: { message: "broken choices" } }]);
    discord.expectNoViolations();
  });

  it("an interaction Discord gave up is not worked on, as the member will do it again", async () => {
    const { discord, channel, ann, worked, lines } = await aProbedServer();
    discord.faults.unknownInteractions(1);
    ann.command(channel, "/probe");
    await expect
      .poll(() => lines.map(({ msg }) => msg))
      .toContainEqual(expect.stringContaining("gave this interaction up"));
    expect(worked).toEqual([]);
    expect(complaints(lines)).toEqual([]);
    expect((await (await ann.command(channel, "/probe").settled()).reply()).content).toBe("Shown");
  });

  it("an acknowledgement whose answer was lost does not stop the work", async () => {
    const { discord, channel, ann, lines } = await aProbedServer();
    discord.faults.resetAfter({ route: "callback", times: 1 });
    const exchange = await ann.command(channel, "/probe").settled();
    expect((await exchange.reply()).content).toBe("Shown");
    expect(complaints(lines)).toEqual([]);
  });

  it("the same press delivered twice is told to the channel once", async () => {
    const { discord, ann, shown, lines } = await aProbedServer();
    const message = await shown();
    discord.faults.duplicateInteractions = true;
    await ann.press(message, "Tell").settled();
    expect(inPublic(discord)).toEqual(["Everybody! @everyone"]);
    expect(complaints(lines)).toEqual([]);
  });

  it("what is said below a message is said once, though two processes got the press", async () => {
    const { discord, ann, shown, lines } = await aProbedServer();
    const message = await shown();
    discord.faults.duplicateInteractions = true;
    const exchange = await ann.press(message, "Aside").settled();
    await expect.poll(() => lines.map(({ msg }) => msg)).toContainEqual("this interaction was acknowledged before");
    expect(exchange.followUps().map(({ content }) => content)).toEqual(["By the way"]);
    expect(complaints(lines)).toEqual([]);
  });

  it("work that takes longer than Discord waits is logged, and crashes nothing", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { channel, ann, lines, worked } = await aProbedServer(() => gate);
    const exchange = ann.command(channel, "/probe");
    await expect.poll(() => worked).toEqual(["run"]);
    exchange.letTokenExpire();
    finish();
    await expect.poll(() => lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining("no longer waits"));
    expect(complaints(lines)).toEqual([]);
  });
});

it("autocomplete shows at most 25 choices, cut to what Discord takes", async () => {
  const { discord, channel, ann } = await aProbedServer();
  const choices = await ann.autocomplete(channel, "/probe", { word: "hunter" }, "word");
  expect(choices).toHaveLength(25);
  expect(Math.max(...choices.map(({ name }) => name.length))).toBeLessThanOrEqual(100);
  discord.expectNoViolations();
});

it("when the bot stops, what is at work is answered first and nothing new is begun", async () => {
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const { channel, ann, listening, worked } = await aProbedServer(() => gate);
  const exchange = ann.command(channel, "/probe");
  await expect.poll(() => worked).toEqual(["run"]);
  const stopped = listening.stop();
  finish();
  await stopped;
  expect((await exchange.reply()).content).toBe("Shown");
  expect(worked).toEqual(["run"]);
});
