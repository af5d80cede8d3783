import { expect, onTestFinished } from "vitest";
import { commands } from "../../commands/index.ts";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import type { Message } from "../../sandbox/discord/message.ts";
import { loadModels } from "../../src/actions/load-models.ts";
import { showModel } from "../../src/actions/show-models.ts";
import { answerInteractions } from "../../src/discord/interactions.ts";
import type { Pace } from "../../src/discord/live.ts";
import { registerCommands } from "../../src/discord/registration.ts";
import { announcementMessage } from "../../src/discord/views/announcement.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { onDiscord } from "../discord/on-discord.ts";
import { aClock, anApp, storyBegins } from "../support/app.ts";
import { embedded } from "../support/database.ts";
import { aMarket, aModel, aServer } from "../support/factories.ts";

/** What is told here need not be told slowly: how fast is for a test of its own. */
const hasty: Pace = {
  nowMs: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
};

/** A server with the bot and one open model, Hunter Alpha, in which members type and press. */
export async function aPlayedServer(more: Parameters<typeof anApp>[2] = {}) {
  const { db } = await embedded.open();
  const clock = aClock(new Date(storyBegins.getTime() + 60_000));
  const app = anApp(db, clock, more);
  const { discord, client } = await onDiscord((arriving) =>
    answerInteractions(arriving, app, commands, { pace: hasty }),
  );
  await registerCommands(client.rest, client.application.id, commands, null);
  const [server] = discord.servers;
  const channel = server?.systemChannel;
  if (!server || !channel) throw new Error("the sandbox is not as expected");
  await aServer(db, { serverId: server.id, name: server.name });
  const { modelId } = await aModel(db, { name: "Hunter Alpha", listingId: "openrouter/hunter-alpha" });
  await aMarket(db, { serverId: server.id, modelId });
  await loadModels(app);
  // What is owed at once is delivered, one run after the other, as the schedule does.
  let delivering = Promise.resolve();
  const deliver = () => {
    delivering = delivering.then(() => deliverDue(app, client, "the test"));
    return delivering;
  };
  const stopListening = app.owed.listen(() => void deliver());
  onTestFinished(async () => {
    stopListening();
    await delivering;
  });
  const ann = server.addMember("Ann");
  const bob = server.addMember("Bob");
  const boss = server.addMember({ name: "Boss", permissions: ["ManageGuild"] });

  /** Posts the announcement of Hunter Alpha, as deliveries do. */
  async function announce(): Promise<Message> {
    const shown = await showModel(app, { serverId: server?.id ?? "", modelId });
    const target = await client.channels.fetch(channel?.id ?? "");
    if (!shown || !target?.isSendable()) throw new Error("nothing to announce");
    await target.send(announcementMessage(shown.card, { pingRoleId: null, late: false }));
    const message = channel?.lastMessage;
    if (!message) throw new Error("nothing was announced");
    return message;
  }

  return {
    app,
    clock,
    discord,
    client,
    server,
    channel,
    modelId,
    ann,
    bob,
    boss,
    announce,
    deliver,
    deliverOnlyWhenTold: stopListening,
  };
}

/** What a member is shown: the reply, the message changed in place, or what is said below it. */
export function replyOf(exchange: Exchange): Promise<Message> {
  return exchange.reply();
}

/** What the channel is told, after what the member is shown. */
export async function toldBy(exchange: Exchange): Promise<Message> {
  const told = await exchange.followUp();
  expect(told.visibleTo).toBeUndefined();
  return told;
}

/** What a channel is told of a decision, after what its moderator is shown. */
export async function decisionIn(channel: Channel, exchange: Exchange, words: string): Promise<Message> {
  await exchange.reply();
  return channel.waitFor((message) => message.text.includes(words));
}

/** All of a message a member reads. */
export function wordsOf(message: Message | undefined): string {
  const embeds = (message?.embeds ?? []) as { title?: string; description?: string; footer?: { text: string } }[];
  return [
    message?.content ?? "",
    ...embeds.flatMap(({ title, description, footer }) => [title ?? "", description ?? "", footer?.text ?? ""]),
  ].join("\n");
}

/** Expects a reply to its member alone, and gives its words. */
export async function privately(exchange: Exchange): Promise<string> {
  const reply = await replyOf(exchange);
  expect(reply.visibleTo?.id).toBe(exchange.member.id);
  return wordsOf(reply);
}
