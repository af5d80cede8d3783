import { commands } from "../../commands/index.ts";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import type { Member } from "../../sandbox/discord/member.ts";
import { startDiscord } from "../../sandbox/discord/server.ts";
import { joinServer } from "../../src/actions/join-server.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { connect, disconnect } from "../../src/discord/client.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import { tellLive } from "../../src/discord/live.ts";
import { registerCommands } from "../../src/discord/registration.ts";
import { editInChannel } from "../../src/discord/speaking.ts";
import { questionMessages } from "../../src/discord/views/answer.ts";
import type { Chat } from "../../src/domain/chat.ts";
import type { Question } from "../../src/domain/question.ts";
import { questionRules } from "../../src/domain/question-limits.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { benchApp, benchModel } from "./bench-app.ts";
import { percentile, printWaits } from "./percentile.ts";

const streams = 50;
const asks = 200;
const askEveryMs = 60;
const aimMs = 1_000;

/** A model that writes some words every tenth of a second until it is told to stop. */
const talkative: Chat = async function* (_request, signal) {
  yield { kind: "answer", text: "It begins. " };
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    yield { kind: "answer", text: "And so it goes on, **word** by `word`. " };
  }
  return { kind: "failed", failure: { reason: "stopped" }, usage: null };
};

/** How long members wait for the first sign of life, asking one after the other at a steady pace. */
async function acknowledgements(member: Member, channel: Channel): Promise<number[]> {
  const open: Exchange[] = [];
  for (let i = 0; i < asks; i += 1) {
    open.push(member.command(channel, "/ask-model", { model: "Bench Alpha", prompt: "Who built you?" }));
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  const settled = await Promise.all(open.map((exchange) => exchange.settled(30_000)));
  return settled.map(({ acknowledgedAfterMs }) => acknowledgedAfterMs ?? Number.POSITIVE_INFINITY);
}

/**
 * The first acknowledgement of /ask-model on an idle bot and with fifty answers streaming through it, in one run. The
 * host's limit of four answers at once is a rule, not what the bot can bear: the fifty are told the way answers are,
 * beside the limits.
 */
export async function benchQuestions(databaseUrl: string): Promise<void> {
  console.log(`\nQuestions: ${asks} times /ask-model, one every ${askEveryMs} ms, idle and with ${streams} streams`);
  const database = await openDatabase({ databaseUrl, dataDir: "" });
  const discord = await startDiscord();
  const server = discord.addServer("Bench");
  const channel = server.channel("general");
  const member = server.addMember("Ann");
  const app = { ...benchApp(database.db), chat: talkative };
  const { client, attached } = await connect(
    { token: discord.token, apiUrl: discord.apiUrl },
    {
      log: app.log,
      attach: (made) => answerInteractions(made, app, commands),
      onRefused: () => {},
      signal: new AbortController().signal,
    },
  );
  const stopping = new AbortController();
  try {
    await registerCommands(client.rest, client.application.id, commands, null);
    await benchModel(database.db, "Bench Alpha", new Date());
    await joinServer(app, { serverId: server.id, name: server.name });
    await loadModels(app);
    const idle = await acknowledgements(member, channel);
    const channels = Array.from({ length: streams }, (_, i) => server.addChannel(`stream-${i}`));
    let edits = 0;
    const telling = channels.map((each, i) => {
      const question = aQuestion(server.id, each.id, i);
      let answer = "";
      const speaker = {
        post: async () => {
          const target = await client.channels.fetch(each.id);
          if (!target?.isSendable()) throw new Error("no channel");
          return (await target.send("…")).id;
        },
        edit: async (messageId: string, view: Parameters<typeof editInChannel>[3]) => {
          await editInChannel(client, each.id, messageId, view);
          edits += 1;
        },
      };
      const live = {
        messages: () => questionMessages([{ ...question, answer }]),
        async run(changed: () => void, signal: AbortSignal) {
          const request = { listingId: "", turns: [], mostTokens: questionRules.mostAnswerTokens };
          const pieces = talkative(request, signal);
          for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
            answer += next.value.text;
            changed();
          }
        },
        abandon() {},
        shownIn: async () => {},
        close: async () => {},
      };
      return tellLive(speaker, live, { stopping: stopping.signal, log: app.log });
    });
    await discord.waitUntil(() => channels.every((each) => each.messages().length > 0), 30_000, "all streams to begin");
    const begunMs = performance.now();
    const editsBefore = edits;
    const busy = await acknowledgements(member, channel);
    const perSecond = (edits - editsBefore) / ((performance.now() - begunMs) / 1000);
    stopping.abort();
    await Promise.all(telling);
    printWaits("idle bot", idle);
    printWaits(`${streams} answers streaming`, busy);
    console.log(`  edits a second meanwhile: ${perSecond.toFixed(1)} (Discord allows 50 requests)`);
    const p99 = percentile(busy, 0.99);
    console.log(`  aim: p99 under ${aimMs} ms: ${p99 < aimMs ? "reached" : "MISSED"}`);
    if (p99 >= aimMs || discord.violations.length > 0) process.exitCode = 1;
  } finally {
    stopping.abort();
    await attached.stop();
    await disconnect(client);
    await discord.stop();
    await database.close();
  }
}

function aQuestion(serverId: string, channelId: string, questionId: number): Question {
  return {
    questionId,
    serverId,
    channelId,
    memberId: "1",
    memberName: "Ann",
    target: { modelId: 1, listingId: "stealth/bench", name: "Bench Alpha" },
    prompt: "Talk.",
    earlier: 0,
    answer: "",
    reasoningCharacters: 0,
    state: "running",
    failure: null,
    figures: { firstWordMs: null, totalMs: null, promptTokens: null, answerTokens: null, costUsd: null },
    tellsOfLogging: false,
  };
}
