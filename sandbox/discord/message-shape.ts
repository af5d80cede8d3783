import { mentionsOf } from "./mentions.ts";
import type { Attachment, Message } from "./message.ts";
import { channelShape, userShape } from "./shapes.ts";
import { isoTime, isRaw, type Raw, rawList, withoutEmpty } from "./wire.ts";

const HIDDEN = { content: "", embeds: [], components: [], attachments: [] };

/**
 * A message on the wire, as the bot sees it: without the message-content intent, what others wrote is empty unless the
 * bot is mentioned (`full` shows it all the same, as for the target of a message menu).
 */
export function messageShape(message: Message, full = false): Raw {
  const { channel, body } = message;
  const { server } = channel;
  const { world } = server;
  const author = server.members.get(message.author.id);
  const mentioned = mentionsOf(channel, author, {
    content: body.content,
    components: body.components,
    allowed: message.allowedMentions,
  });
  const hidden = !full && message.author.id !== world.bot.id && !mentioned.users.includes(world.bot.id);
  return {
    id: message.id,
    channel_id: channel.id,
    type: message.type,
    author: userShape(message.author),
    content: body.content,
    embeds: body.embeds,
    components: body.components,
    attachments: body.attachments.map(attachmentShape),
    ...(hidden ? HIDDEN : {}),
    mentions: mentioned.users.flatMap((id) => world.users.get(id) ?? []).map(userShape),
    mention_roles: mentioned.roles,
    mention_everyone: mentioned.everyone,
    timestamp: isoTime(message.createdAtMs),
    edited_timestamp: message.editedAtMs === undefined ? null : isoTime(message.editedAtMs),
    flags: message.flags,
    pinned: false,
    tts: false,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.repliesTo
      ? { message_reference: { type: 0, message_id: message.repliesTo, channel_id: channel.id, guild_id: server.id } }
      : {}),
    ...(message.thread && !message.thread.deleted ? { thread: channelShape(message.thread) } : {}),
    ...(body.poll && !hidden ? { poll: pollShape(message, body.poll) } : {}),
    ...(message.exchange
      ? {
          application_id: world.applicationId,
          webhook_id: world.applicationId,
          interaction_metadata: message.exchange.metadata(),
        }
      : {}),
  };
}

export function attachmentShape(attachment: Attachment): Raw {
  return withoutEmpty({
    id: attachment.id,
    filename: attachment.filename,
    size: attachment.size,
    url: attachment.url,
    proxy_url: attachment.url,
    content_type: attachment.contentType,
    description: attachment.description,
  });
}

function pollShape(message: Message, poll: Raw): Raw {
  const answers = rawList(poll.answers).map((answer, at) => ({
    answer_id: at + 1,
    poll_media: isRaw(answer.poll_media) ? withoutEmpty(answer.poll_media) : {},
  }));
  return {
    question: isRaw(poll.question) ? withoutEmpty(poll.question) : {},
    answers,
    expiry: isoTime(message.pollEndsAtMs ?? message.createdAtMs),
    allow_multiselect: poll.allow_multiselect === true,
    layout_type: poll.layout_type ?? 1,
    results: {
      is_finalized: message.pollFinalised,
      answer_counts: [...message.votes]
        .filter(([, voters]) => voters.size > 0)
        .map(([id, voters]) => ({ id, count: voters.size, me_voted: false })),
    },
  };
}
