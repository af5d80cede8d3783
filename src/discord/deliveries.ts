import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  type APIMessage,
  type Client,
  DiscordAPIError,
  PermissionFlagsBits,
  type RawFile,
  type RESTPostAPIChannelMessageJSONBody,
  RESTJSONErrorCodes as Refused,
  Routes,
} from "discord.js";
import type { Delivery, DeliveryProblem } from "../domain/server.ts";
import type { Line } from "./line.ts";
import { look } from "./sent-before.ts";
import { inThread } from "./sleeping-thread.ts";
import { type Posting, permissionsIn, refusedBecause, type Undelivered } from "./undelivered.ts";
import { withoutFiles } from "./views/evidence.ts";
import type { MessageView, OwedView } from "./views/message.ts";

export type DiscordClient = Client;

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
 * @param how.onlyLook for one that must not be posted any more: only what is there already counts
 */
export async function postDelivery(
  line: Line,
  delivery: Delivery,
  channelId: string,
  message: OwedView,
  { onlyLook = false } = {},
): Promise<Posting> {
  const { client, signal } = line;
  const mayBeThere = delivery.firstClaimedAt !== null;
  // A server that is unavailable for a while, or that was left a moment ago.
  if (!client.guilds.cache.get(delivery.serverId)?.available) return { kind: "retry", unsure: mayBeThere };
  if (mayBeThere) {
    const looked = await look(line, delivery, { channelId, since: delivery.firstClaimedAt }, message);
    if (looked.kind !== "absent") return looked;
  }
  if (onlyLook) return { kind: "failed", problem: "discord-failed", unsure: false };
  try {
    const allowed = withAllowedFiles(client, delivery, channelId, message);
    const body = { ...bodyOf(allowed), nonce: nonceOf(delivery), enforce_nonce: true };
    const files = await filesOf(allowed);
    const sent = (await inThread(line, channelId, () =>
      client.rest.post(Routes.channelMessages(channelId), { body, files, signal }),
    )) as APIMessage;
    return { kind: "posted", channelId, messageId: sent.id };
  } catch (error) {
    return refusedBecause(error, () => whyNotSent(client, delivery.serverId, channelId, message));
  }
}

/**
 * Edits the message of a delivery to what it says now, files included. One that somebody deleted needs no edit. A view
 * that names no files leaves those that are there, and what is said of them above.
 */
export async function editDelivery(
  line: Line,
  delivery: Delivery,
  posted: { readonly kind: "posted"; readonly channelId: string; readonly messageId: string },
  message: MessageView,
): Promise<Posting> {
  const { client, signal } = line;
  const { channelId, messageId } = posted;
  try {
    const allowed = withAllowedFiles(client, delivery, channelId, message);
    const emptied = allowed.files ? { content: "", attachments: [] } : {};
    const body = { ...emptied, embeds: [], components: [], ...bodyOf(allowed) };
    const files = await filesOf(allowed);
    await inThread(line, channelId, () =>
      client.rest.patch(Routes.channelMessage(channelId, messageId), { body, files, signal }),
    );
    return posted;
  } catch (error) {
    if (error instanceof DiscordAPIError && error.code === Refused.UnknownMessage) return posted;
    return refusedBecause(error, () => "cannot-send");
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
