import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  type APIMessage,
  type Client,
  DiscordAPIError,
  PermissionFlagsBits,
  type RawFile,
  type RESTPostAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessagesThreadsJSONBody,
  RESTJSONErrorCodes as Refused,
  Routes,
} from "discord.js";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";
import type { ShownEvidence } from "../domain/evidence.ts";
import type { Delivery, DeliveryProblem } from "../domain/server.ts";
import { aboutOf, look } from "./sent-before.ts";
import { type Posting, permissionsIn, refusedBecause, type Undelivered } from "./undelivered.ts";
import { announcementMessage, helloMessage, summaryMessage, troubleMessage } from "./views/announcement.ts";
import { evidenceMessage, withoutFiles } from "./views/evidence.ts";
import { changeMessage } from "./views/history.ts";
import type { LabNames } from "./views/lab-words.ts";
import type { MessageView, OwedView } from "./views/message.ts";
import { pollMessage } from "./views/poll.ts";
import { waitingMessage } from "./views/waiting.ts";

export type DiscordClient = Client;

/** A week, the longest a thread stays without a word. */
const threadSleepsAfterMinutes = 10_080;
const threadExists = 160004;
const threadIsArchived = 50083;

/**
 * The message of a delivery.
 *
 * @param shown the piece of evidence it is about, with its files
 */
export function messageOf(claimed: ClaimedDelivery, names: LabNames, shown: ShownEvidence | null = null): OwedView {
  const { delivery, card, cards, history, late, poll, trouble } = claimed;
  switch (delivery.kind) {
    case "announcement":
      if (!card) throw new Error(`the announcement ${delivery.key} has no model`);
      return announcementMessage(card, { pingRoleId: delivery.pingRoleId, late, names });
    case "summary":
      return summaryMessage(cards, names);
    case "change":
      if (!card) throw new Error(`the change ${delivery.key} has no model`);
      return changeMessage(card, history, aboutOf(delivery));
    case "waiting":
      return waitingMessage(aboutOf(delivery));
    case "hello":
      return helloMessage();
    case "trouble":
      return troubleMessage(trouble ?? { channelId: null, modelName: null });
    case "poll":
      if (!poll) throw new Error(`${delivery.key} is gone`);
      return pollMessage(poll, delivery.deliveryId, names);
    case "evidence":
      if (!shown) throw new Error(`${delivery.key} is gone`);
      return evidenceMessage(shown, names);
  }
}

/** The same for every attempt, so that Discord keeps the second of two that follow each other closely. At most 25 characters. */
function nonceOf(delivery: Delivery): string {
  return createHash("sha256").update(delivery.key).digest("base64url").slice(0, 22);
}

/** The channel a message without one goes to, which is the server's system channel, if the bot may write there. */
export function systemChannel(
  client: DiscordClient,
  serverId: string,
): { kind: "channel"; channelId: string } | Undelivered {
  const guild = client.guilds.cache.get(serverId);
  if (!guild?.available) return { kind: "retry", unsure: false };
  const channel = guild.systemChannel;
  if (!channel) return { kind: "failed", problem: "channel-gone", unsure: false };
  const held = permissionsIn(channel);
  if (!held?.has(PermissionFlagsBits.ViewChannel)) return { kind: "failed", problem: "no-access", unsure: false };
  if (!held.has(PermissionFlagsBits.SendMessages)) return { kind: "failed", problem: "cannot-send", unsure: false };
  return { kind: "channel", channelId: channel.id };
}

/**
 * Posts the message of a delivery. One that may have been posted before, by a process that crashed or in a request whose
 * answer was lost, is looked for first, and sent again only if it is not there. What Discord says is an answer, never an error.
 *
 * @param signal when it is aborted nothing is sent any more
 * @param how.onlyLook for one that must not be posted any more: only what is there already counts
 */
export async function postDelivery(
  client: DiscordClient,
  delivery: Delivery,
  channelId: string,
  message: OwedView,
  signal: AbortSignal,
  { onlyLook = false } = {},
): Promise<Posting> {
  const mayBeThere = delivery.firstClaimedAt !== null;
  if (mayBeThere) {
    const looked = await look(client, delivery, { channelId, since: delivery.firstClaimedAt }, message, signal);
    if (looked.kind !== "absent") return looked;
  }
  if (onlyLook) return { kind: "failed", problem: "discord-failed", unsure: false };
  try {
    const allowed = withAllowedFiles(client, delivery, channelId, message);
    const body = { ...bodyOf(allowed), nonce: nonceOf(delivery), enforce_nonce: true };
    const files = await filesOf(allowed);
    const sent = (await inThread(client, channelId, signal, () =>
      client.rest.post(Routes.channelMessages(channelId), { body, files, signal }),
    )) as APIMessage;
    return { kind: "posted", channelId, messageId: sent.id };
  } catch (error) {
    return refusedBecause(error, () => whyNotSent(client, delivery.serverId, channelId, message));
  }
}

/**
 * Edits the message of a delivery to what it says now, files included. One that somebody deleted needs no edit.
 *
 * @param signal when it is aborted nothing is sent any more
 */
export async function editDelivery(
  client: DiscordClient,
  delivery: Delivery,
  posted: { readonly kind: "posted"; readonly channelId: string; readonly messageId: string },
  message: MessageView,
  signal: AbortSignal,
): Promise<Posting> {
  const { channelId, messageId } = posted;
  try {
    const allowed = withAllowedFiles(client, delivery, channelId, message);
    const body = { content: "", embeds: [], components: [], attachments: [], ...bodyOf(allowed) };
    const files = await filesOf(allowed);
    await inThread(client, channelId, signal, () =>
      client.rest.patch(Routes.channelMessage(channelId, messageId), { body, files, signal }),
    );
    return posted;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.code === Refused.UnknownMessage) return posted;
    return refusedBecause(error, () => "cannot-send");
  }
}

/** Speaks in a thread that may have fallen asleep: then it is woken first. A locked one stays as it is. */
async function inThread<T>(
  client: Client,
  channelId: string,
  signal: AbortSignal,
  speak: () => Promise<T>,
): Promise<T> {
  try {
    return await speak();
  } catch (error) {
    if (!(error instanceof DiscordAPIError) || error.code !== threadIsArchived) throw error;
    await client.rest.patch(Routes.channel(channelId), { body: { archived: false }, signal });
    return speak();
  }
}

/** Evidence is worth reading without its files, where the bot may not attach any. */
function withAllowedFiles(client: Client, delivery: Delivery, channelId: string, message: OwedView): OwedView {
  const { evidenceId, serverId } = delivery;
  if (evidenceId === null || !message.files?.length) return message;
  const guild = client.guilds.cache.get(serverId);
  const channel = guild?.channels.cache.get(channelId);
  const held = channel && permissionsIn(channel);
  return held && !held.has(PermissionFlagsBits.AttachFiles) ? withoutFiles(message, evidenceId) : message;
}

async function filesOf({ files = [] }: MessageView): Promise<RawFile[]> {
  return Promise.all(files.map(async ({ attachment, name }) => ({ name, data: await readFile(attachment) })));
}

function bodyOf({ allowedMentions, files: _, ...rest }: OwedView): RESTPostAPIChannelMessageJSONBody {
  const { roles = [] } = allowedMentions ?? {};
  return { ...rest, allowed_mentions: { parse: [], roles: [...roles] } };
}

function whyNotSent(client: DiscordClient, serverId: string, channelId: string, message: OwedView): DeliveryProblem {
  const channel = client.guilds.cache.get(serverId)?.channels.cache.get(channelId);
  const held = channel && permissionsIn(channel);
  const hasEmbeds = (message.embeds ?? []).length > 0;
  if (message.poll && held?.has(PermissionFlagsBits.ViewChannel) && !held.has(PermissionFlagsBits.SendPolls)) {
    return "cannot-poll";
  }
  return held?.has(PermissionFlagsBits.SendMessages) && hasEmbeds && !held.has(PermissionFlagsBits.EmbedLinks)
    ? "cannot-embed"
    : "cannot-send";
}

/**
 * Opens the thread of a message that is posted. A thread that was opened before is found again, and a message that is
 * gone needs none.
 *
 * @param thread.mayBeThere whether somebody may have opened it before
 */
export async function openThread(
  client: DiscordClient,
  thread: { channelId: string; messageId: string; name: string; mayBeThere: boolean },
  signal: AbortSignal,
): Promise<
  { kind: "opened"; threadId: string } | { kind: "none"; problem: DeliveryProblem | null } | { kind: "retry" }
> {
  const { channelId, messageId, name, mayBeThere } = thread;
  // A thread has the id of the message it was opened on.
  const opened = { kind: "opened", threadId: messageId } as const;
  const body: RESTPostAPIChannelMessagesThreadsJSONBody = { name, auto_archive_duration: threadSleepsAfterMinutes };
  try {
    if (mayBeThere && (await isThere(client, messageId, signal))) return opened;
    await client.rest.post(Routes.threads(channelId, messageId), { body, signal });
    return opened;
  } catch (error) {
    if (!(error instanceof DiscordAPIError) || error.status === 429 || error.status === 401) return { kind: "retry" };
    if (error.code === threadExists) return opened;
    const isGone = error.code === Refused.UnknownMessage || error.code === Refused.UnknownChannel;
    return { kind: "none", problem: isGone ? null : "cannot-thread" };
  }
}

async function isThere(client: DiscordClient, threadId: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.rest.get(Routes.channel(threadId), { signal });
    return true;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.code === Refused.UnknownChannel) return false;
    throw error;
  }
}
