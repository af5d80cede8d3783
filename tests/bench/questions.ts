import { pino } from "pino";
import { commands } from "../../commands/index.ts";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import type { Member } from "../../sandbox/discord/member.ts";
import type { DiscordSandbox } from "../../sandbox/discord/sandbox.ts";
import { startDiscord } from "../../sandbox/discord/server.ts";
import { joinServer } from "../../src/actions/join-server.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { saveServer } from "../../src/actions/set-up-server.ts";
import { createApp } from "../../src/app.ts";
import { connect, disconnect } from "../../src/discord/client.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import { registerCommands } from "../../src/discord/registration.ts";
import type { Chat } from "../../src/domain/chat.ts";
import { openMarket } from "../../src/domain/market.ts";
import { likeliestLabs, pastReveals } from "../../src/domain/past-reveals.ts";
import { seasonOf } from "../../src/domain/season.ts";
import { openDatabase, transact } from "../../src/storage/database.ts";
import { openMarkets } from "../../src/storage/markets.ts";
import { benchModel } from "./bench-app.ts";
import { percentile, printWaits } from "./percentile.ts";

const streams = 50;
const asks = 200;
const askEveryMs = 100;
const aimMs = 1_000;
const patienceMs = 60_000;
const talk = "Talk until I stop you.";

/** A model that answers with a few words, or, if told to, with some every tenth of a second until it is stopped. */
const talkative: Chat = async function* ({ turns }, signal) {
  yield { kind: "answer", text: "It begins. " };
  const usage = { promptTokens: 10, answerTokens: 20, reasoningTokens: 0, costUsd: 0 };
  if (turns.at(-1)?.text !== talk) return { kind: "whole", usage };
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    yield { kind: "answer", text: "And so it goes on, **word** by `word`. " };
  }
  return { kind: "failed", failure: { reason: "stopped" }, usage: null };
};

/** Members ask one after the other at a steady pace; each of them has had an answer before it is their turn again. */
async function askInTurn(askers: readonly Member[], channel: Channel): Promise<Exchange[]> {
  const open: Exchange[] = [];
  for (let i = 0; i < asks; i += 1) {
    const asker = askers[i % askers.length];
    if (asker) open.push(asker.command(channel, "/ask-model", { model: "Bench Alpha", prompt: "Who built you?" }));
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  return Promise.all(open.map((exchange) => exchange.settled(patienceMs)));
}

/** How long members waited for the first sign of life. */
function acknowledgements(exchanges: readonly Exchange[]): number[] {
  return exchanges.map(({ acknowledgedAfterMs }) => acknowledgedAfterMs ?? Number.POSITIVE_INFINITY);
}

/** How many read the answer's first words in the channel: those are written by an edit, some time after the message. */
async function answered(exchanges: readonly Exchange[], discord: DiscordSandbox): Promise<number> {
  const haveRead = () =>
    exchanges.filter((exchange) => exchange.followUps().some(({ text }) => text.includes("It begins."))).length;
  await discord.waitUntil(() => haveRead() === exchanges.length, patienceMs).catch(() => null);
  return haveRead();
}

/**
 * The first acknowledgement of /ask-model on an idle bot and while fifty other members' answers stream, each in a channel
 * of its own, in one run. The limits of the host are set so high that none of them is met: four answers at once are a
 * rule, not what the bot can bear.
 */
export async function benchQuestions(databaseUrl: string): Promise<void> {
  console.log(`\nQuestions: ${asks} times /ask-model, one every ${askEveryMs} ms, idle and with ${streams} streams`);
  const database = await openDatabase({ databaseUrl, dataDir: "" });
  const discord = await startDiscord();
  const server = discord.addServer("Bench");
  const channel = server.channel("general");
  const members = (called: string) => Array.from({ length: streams }, (_, i) => server.addMember(`${called} ${i}`));
  const log = pino({ level: "silent" });
  // Nobody knows what the model costs, so there must be money for it.
  const questions = { perMinute: 100_000, perDay: 100_000, usdPerMonth: 1_000_000, atOnce: 100_000 };
  const app = createApp({ db: database.db, log, chat: talkative, questions });
  const { client, attached } = await connect(
    { token: discord.token, apiUrl: discord.apiUrl },
    {
      log,
      attach: (made) => answerInteractions(made, app, commands),
      onRefused: () => {},
      signal: new AbortController().signal,
    },
  );
  try {
    await registerCommands(client.rest, client.application.id, commands, null);
    const openedAt = new Date();
    const modelId = await benchModel(database.db, "Bench Alpha", openedAt);
    await joinServer(app, { serverId: server.id, name: server.name });
    const market = openMarket(likeliestLabs(pastReveals, openedAt), 0);
    const opened = { serverId: server.id, modelId, season: seasonOf(openedAt), openedAt, market };
    await transact(database.db, (tx) => openMarkets(tx, [opened]));
    await saveServer(app, server.id, { questionsPerDay: 100_000 });
    await loadModels(app);
    const askers = members("Asker");
    const [first] = askers;
    const told = await first
      ?.command(channel, "/ask-model", { model: "Bench Alpha", prompt: "Ready?" })
      .reply(patienceMs);
    if (!told?.text.includes("The answer comes in the channel")) throw new Error(`not asked: ${told?.text}`);
    const idle = await askInTurn(askers, channel);
    const idleAnswered = await answered(idle, discord);
    const talks: Exchange[] = [];
    for (const [i, member] of members("Talker").entries()) {
      const own = server.addChannel(`stream-${i}`);
      talks.push(member.command(own, "/ask-model", { model: "Bench Alpha", prompt: talk }));
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    }
    const shown = await Promise.all(talks.map((exchange) => exchange.followUp(0, patienceMs)));
    const textOf = (i: number) =>
      talks[i]
        ?.followUps()
        .map(({ content }) => content)
        .join("") ?? "";
    const before = shown.map((_, i) => textOf(i));
    const requests = () => discord.requests.filter(({ method }) => method === "PATCH").length;
    const [begunMs, patchesBefore] = [performance.now(), requests()];
    const busy = await askInTurn(askers, channel);
    const busyAnswered = await answered(busy, discord);
    const perSecond = (requests() - patchesBefore) / ((performance.now() - begunMs) / 1000);
    const running = shown.filter(
      (_, i) => textOf(i) !== before[i] && talks[i]?.followUps().at(-1)?.buttons.includes("Stop"),
    );
    printWaits("idle bot", acknowledgements(idle));
    printWaits(`${streams} answers streaming`, acknowledgements(busy));
    console.log(`  answered: ${idleAnswered} of ${asks} idle, ${busyAnswered} of ${asks} beside the streams`);
    console.log(`  streams that ran from beginning to end of that: ${running.length} of ${streams}`);
    console.log(`  edits a second meanwhile: ${perSecond.toFixed(1)} (Discord allows 50 requests)`);
    const p99 = percentile(acknowledgements(busy), 0.99);
    const isFair = running.length === streams && idleAnswered === asks && busyAnswered === asks;
    console.log(`  aim: p99 under ${aimMs} ms: ${!isFair ? "NOT MEASURED" : p99 < aimMs ? "reached" : "MISSED"}`);
    if (!isFair || p99 >= aimMs || discord.violations.length > 0) process.exitCode = 1;
  } finally {
    await attached.stop();
    await disconnect(client);
    await discord.stop();
    await database.close();
  }
}
