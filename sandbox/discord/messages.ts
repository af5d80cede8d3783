import type { Channel } from "./channel.ts";
import type { Exchange } from "./exchange.ts";
import type { Member } from "./member.ts";
import { mentionsOf } from "./mentions.ts";
import { type Attachment, Message, type MessageBody } from "./message.ts";
import { messageShape } from "./message-shape.ts";
import { botErred, invalidForm } from "./refusal.ts";
import { partialMemberShape } from "./shapes.ts";
import { shownComponents, shownEmbeds } from "./shown.ts";
import { isRaw, MessageFlag, type Raw, rawList, text } from "./wire.ts";
import { Intent, LINK_LIFETIME_MS, type StoredFile, type World } from "./world.ts";

const KEPT_ON_CREATE = MessageFlag.SuppressEmbeds | MessageFlag.ComponentsV2 | MessageFlag.Ephemeral | (1 << 12);

export interface Posting {
  author: Member;
  body: Raw;
  files: StoredFile[];
  exchange?: Exchange | undefined;
  visibleTo?: Member | undefined;
  type?: number;
  repliesTo?: Message | undefined;
  extraFlags?: number;
}

/** Puts a message into a channel and tells the bot about it. The request must have passed its limits. */
export function postMessage(channel: Channel, posting: Posting): Message {
  const { world } = channel.server;
  const { body } = posting;
  const flags = ((typeof body.flags === "number" ? body.flags : 0) & KEPT_ON_CREATE) | (posting.extraFlags ?? 0);
  const shown = bodyOf(
    world,
    channel,
    { content: "", embeds: [], components: [], attachments: [], flags, poll: undefined },
    posting,
  );
  if (!(flags & MessageFlag.Loading)) refuseEmpty(shown);
  const message = new Message(channel, shown, {
    author: posting.author.user,
    exchange: posting.exchange,
    visibleTo: posting.visibleTo,
    repliesTo: posting.repliesTo?.id,
    type: posting.type ?? (posting.repliesTo ? 19 : 0),
  });
  if (isRaw(body.poll)) {
    const hours = typeof body.poll.duration === "number" ? body.poll.duration : 24;
    message.pollEndsAtMs = message.createdAtMs + hours * 3_600_000;
  }
  if (typeof body.nonce === "string" || typeof body.nonce === "number") message.nonce = body.nonce;
  message.allowedMentions = body.allowed_mentions;
  notify(message, posting.author, posting.repliesTo?.author.id);
  channel.history.push(message);
  tell(world, message, "MESSAGE_CREATE");
  return message;
}

/** Changes the given parts of a message; what is left out stays. */
export function editMessage(message: Message, body: Raw, files: StoredFile[]): void {
  const { world } = message.channel.server;
  const before = message.body;
  const settable = MessageFlag.SuppressEmbeds | MessageFlag.ComponentsV2;
  const given =
    typeof body.flags === "number" ? (body.flags & settable) | (before.flags & MessageFlag.ComponentsV2) : 0;
  const flags = typeof body.flags === "number" ? (before.flags & ~settable) | given : before.flags;
  const base = { ...before, flags: flags & ~MessageFlag.Loading };
  const next = bodyOf(world, message.channel, base, { body, files });
  if (isRaw(body.poll) && !before.poll) next.poll = body.poll;
  refuseEmpty(next);
  const wasLoading = message.loading;
  message.body = next;
  if ("allowed_mentions" in body) message.allowedMentions = body.allowed_mentions;
  if (wasLoading) {
    // "thinking…" becoming a reply is no edit to those who read it, and it notifies.
    notify(message, message.channel.server.bot);
  } else {
    message.edits.push({ ...before, atMs: world.now() });
    message.editedAtMs = world.now();
  }
  tell(world, message, "MESSAGE_UPDATE");
}

function notify(message: Message, author: Member, repliedTo?: string): void {
  if (message.ephemeral) return;
  const { content, components, allowedMentions: allowed } = message;
  message.pings = mentionsOf(message.channel, author, { content, components, allowed, repliedTo }).pings;
}

export function deleteMessage(message: Message): void {
  const { world } = message.channel.server;
  message.deleted = true;
  world.changes.announce();
  if (message.ephemeral) return;
  const gone = { id: message.id, channel_id: message.channel.id, guild_id: message.channel.server.id };
  if (message.channel.botMay("ViewChannel")) world.dispatch("MESSAGE_DELETE", gone, Intent.GuildMessages);
}

function bodyOf(
  world: World,
  channel: Channel,
  before: MessageBody,
  given: { body: Raw; files: StoredFile[] },
): MessageBody {
  const { body, files } = given;
  const stored = files.map((file, at) =>
    storeFile(
      world,
      channel,
      file,
      rawList(body.attachments).find((one) => String(one.id) === String(at)),
    ),
  );
  const kept = Array.isArray(body.attachments)
    ? before.attachments.filter((old) => rawList(body.attachments).some((one) => String(one.id) === old.id))
    : before.attachments;
  const attachments = [...kept, ...stored];
  const media = (url: string) => {
    const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
    return name ? (attachments.find((one) => one.filename === name)?.url ?? url) : url;
  };
  return {
    content: "content" in body ? text(body.content).trim() : before.content,
    embeds: "embeds" in body ? shownEmbeds(rawList(body.embeds), media) : before.embeds,
    components:
      "components" in body
        ? shownComponents(rawList(body.components), media, () => world.ids.next())
        : before.components,
    attachments,
    flags: before.flags,
    poll: isRaw(body.poll) ? body.poll : before.poll,
  };
}

function storeFile(world: World, channel: Channel, file: StoredFile, description: Raw | undefined): Attachment {
  const id = world.ids.next();
  const filename = (text(description?.filename) || file.name).replaceAll(/[^\w.-]/g, "_");
  const path = `/attachments/${channel.id}/${id}/${filename}`;
  world.files.set(path, file);
  const expiry = Math.floor((world.now() + LINK_LIFETIME_MS) / 1000).toString(16);
  return {
    id,
    filename,
    size: file.bytes.length,
    contentType: file.contentType,
    description: text(description?.description) || undefined,
    url: `${world.origin}${path}?ex=${expiry}&is=0&hm=0`,
  };
}

function refuseEmpty(body: MessageBody): void {
  const filled =
    body.content.trim() || body.embeds.length || body.components.length || body.attachments.length || body.poll;
  if (!filled) throw botErred(400, 50006, "Cannot send an empty message");
  const v2 = (body.flags & MessageFlag.ComponentsV2) !== 0;
  if (v2 && (body.content || body.embeds.length > 0 || body.poll)) {
    const code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2";
    throw invalidForm([
      { path: ["content"], code, message: "Content, embeds and polls cannot stand beside components v2." },
    ]);
  }
}

function tell(world: World, message: Message, event: string): void {
  world.changes.announce();
  if (message.ephemeral || !message.channel.botMay("ViewChannel")) return;
  const { channel } = message;
  const author = channel.server.members.get(message.author.id);
  const shape = {
    ...messageShape(message),
    guild_id: channel.server.id,
    channel_type: channel.type,
    ...(author ? { member: partialMemberShape(author) } : {}),
  };
  world.dispatch(event, shape, Intent.GuildMessages);
}
