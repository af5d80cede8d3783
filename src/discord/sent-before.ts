import {
  type APIMessage,
  type Client,
  ComponentType,
  DiscordAPIError,
  MessageType,
  PermissionFlagsBits,
  RESTJSONErrorCodes as Refused,
  Routes,
  SnowflakeUtil,
} from "discord.js";
import type { Delivery } from "../domain/server.ts";
import type { Line } from "./line.ts";
import { type Posting, permissionsIn, refusedBecause } from "./undelivered.ts";
import { marks } from "./views/marks.ts";
import type { MessageView } from "./views/message.ts";

/** The clocks of the database and of Discord may differ by this much. */
const clockSkewMs = 10 * 60_000;
const messagesPerPage = 100;

/** The read of the catalogue a message is about. */
export function aboutOf({ key, aboutAt }: Delivery): Date {
  if (!aboutAt) throw new Error(`what is ${key} about?`);
  return aboutAt;
}

/** The custom id by which the message of a delivery is known in its channel. */
function markOf(delivery: Delivery): string {
  const { kind, modelId, evidenceId, transactionId, deliveryId } = delivery;
  switch (kind) {
    case "announcement":
      return marks.announcement(modelId ?? 0);
    case "change":
      return marks.change(modelId ?? 0, aboutOf(delivery));
    case "decision":
      return marks.decision(modelId ?? 0, transactionId ?? 0);
    case "waiting":
    case "shrunk":
      return marks.waiting(aboutOf(delivery));
    case "poll":
      return marks.poll(modelId ?? 0, deliveryId);
    case "evidence":
      return marks.evidence(evidenceId ?? 0);
    case "candidate":
      return marks.candidate(delivery.candidateId ?? 0);
    case "deadline":
      return marks.deadline(modelId ?? 0);
    default:
      return marks[kind];
  }
}

/** Looks for our own message in a channel, from the time on at which it may have been sent. */
export async function look(
  line: Line,
  delivery: Delivery,
  { channelId, since }: { channelId: string; since: Date | null },
  message: MessageView,
): Promise<Posting | { kind: "absent" }> {
  const { client } = line;
  const guild = client.guilds.cache.get(delivery.serverId);
  if (!guild?.available) return { kind: "retry", unsure: true };
  try {
    const channel = guild.channels.cache.get(channelId) ?? (await guild.channels.fetch(channelId));
    const held = channel && permissionsIn(channel);
    if (!held?.has(PermissionFlagsBits.ViewChannel)) return { kind: "held", problem: "no-access", unsure: true };
    // Without it Discord answers with an empty list, which must not be taken for an answer.
    if (!held.has(PermissionFlagsBits.ReadMessageHistory)) {
      return { kind: "held", problem: "cannot-read-history", unsure: true };
    }
    const fits = (seen: APIMessage) => isSame(client, delivery, message, seen);
    const messageId = await find(line, channelId, since ?? new Date(), fits);
    return messageId === null ? { kind: "absent" } : { kind: "posted", channelId, messageId };
  } catch (error) {
    // With its channel the message is gone too: the server may have another channel by now.
    if (error instanceof DiscordAPIError && error.code === Refused.UnknownChannel) {
      return { kind: "retry", unsure: false, afterMs: 0 };
    }
    const refused = refusedBecause(error, () => "no-access");
    return { ...refused, unsure: true };
  }
}

/** The first message from a time on that fits, page by page. */
async function find(
  { client, signal, turn }: Line,
  channelId: string,
  since: Date,
  fits: (message: APIMessage) => boolean,
): Promise<string | null> {
  let after = String(SnowflakeUtil.generate({ timestamp: since.getTime() - clockSkewMs, increment: 0n }));
  for (;;) {
    const query = new URLSearchParams({ after, limit: String(messagesPerPage) });
    await turn();
    const page = (await client.rest.get(Routes.channelMessages(channelId), { query, signal })) as APIMessage[];
    const found = page.find(fits);
    if (found) return found.id;
    if (page.length < messagesPerPage) return null;
    after = page.reduce((latest, { id }) => (BigInt(id) > BigInt(latest) ? id : latest), after);
  }
}

/** Answers to interactions come through a webhook and may carry the same buttons: they are not meant. */
function isSame(client: Client, delivery: Delivery, message: MessageView, seen: APIMessage): boolean {
  if (seen.author.id !== client.user?.id || seen.webhook_id !== undefined || seen.type !== MessageType.Default)
    return false;
  const mark = markOf(delivery);
  const isMarked = (seen.components ?? []).some(
    (row) =>
      row.type === ComponentType.ActionRow &&
      row.components.some((component) => "custom_id" in component && component.custom_id === mark),
  );
  // Notices about several channels of a server carry the same button, and differ in their words.
  return isMarked && (delivery.kind !== "trouble" || seen.content === message.content);
}
