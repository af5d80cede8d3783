import { readFile } from "node:fs/promises";
import {
  type APIMessage,
  type Client,
  DiscordAPIError,
  RESTJSONErrorCodes as Refused,
  type RepliableInteraction,
  Routes,
} from "discord.js";
import type { Speaker } from "./live.ts";
import { inThread } from "./sleeping-thread.ts";
import type { FileView, MessageView } from "./views/message.ts";

/** Discord forgets an interaction's token after fifteen minutes. */
const tokenMs = 14 * 60_000;
const nobody = { parse: [] };

/**
 * Speaks to a whole channel in follow-ups of an interaction. Their edits do not wait for others' in the channel; when the
 * interaction is forgotten they are edited like any message.
 */
export function followUpSpeaker(interaction: RepliableInteraction): Speaker {
  const { client, channelId, createdTimestamp } = interaction;
  let isForgotten = false;
  return {
    async post(view) {
      const speak = () => interaction.followUp({ ...view, allowedMentions: nobody });
      const { id } = await inThread({ client }, channelId, speak);
      return id;
    },
    async edit(messageId, view) {
      isForgotten ||= Date.now() - createdTimestamp > tokenMs;
      if (!isForgotten || channelId === null) {
        try {
          const speak = () => interaction.webhook.editMessage(messageId, { ...whole(view), allowedMentions: nobody });
          await inThread({ client }, channelId, speak);
          return;
        } catch (error) {
          if (!forgets(error) || channelId === null) throw error;
          isForgotten = true;
        }
      }
      await editInChannel(client, channelId, messageId, view);
    },
  };
}

function forgets(error: unknown): boolean {
  const codes: readonly (string | number)[] = [
    Refused.UnknownWebhook,
    Refused.UnknownInteraction,
    Refused.InvalidWebhookToken,
  ];
  return error instanceof DiscordAPIError && codes.includes(error.code);
}

/** An edit keeps what it does not name, so it names everything. */
function whole(view: MessageView) {
  return { content: "", embeds: [], components: [], attachments: [], ...view };
}

/** Posts a message as the bot, not as the answer to an interaction. The same nonce twice within minutes posts it once. */
export async function postInChannel(
  client: Client,
  channelId: string,
  view: MessageView,
  nonce: string,
): Promise<void> {
  const { files = [], allowedMentions: _, ...rest } = view;
  const body = { ...rest, allowed_mentions: nobody, nonce, enforce_nonce: true };
  const uploads = await uploadsOf(files);
  await inThread({ client }, channelId, () =>
    client.rest.post(Routes.channelMessages(channelId), { body, files: uploads }),
  );
}

/** Edits a message of the bot by its channel. */
export async function editInChannel(
  client: Client,
  channelId: string,
  messageId: string,
  view: MessageView,
): Promise<void> {
  const { files = [], allowedMentions: _, ...rest } = whole(view) as MessageView & { attachments: [] };
  const body = {
    ...rest,
    attachments: files.map(({ name }, id) => ({ id, filename: name })),
    allowed_mentions: nobody,
  };
  const uploads = await uploadsOf(files);
  await inThread({ client }, channelId, () =>
    client.rest.patch(Routes.channelMessage(channelId, messageId), { body, files: uploads }),
  );
}

function uploadsOf(files: readonly FileView[]) {
  return Promise.all(files.map(async ({ name, attachment }) => ({ name, data: await bytesOf(attachment) })));
}

function bytesOf(attachment: Buffer | string): Promise<Buffer> | Buffer {
  return typeof attachment === "string" ? readFile(attachment) : attachment;
}

/** Messages of the bot in a channel from a time on, oldest first; at most a hundred. */
export async function ownMessagesSince(client: Client, channelId: string, after: string): Promise<APIMessage[]> {
  const query = new URLSearchParams({ after, limit: "100" });
  const messages = (await client.rest.get(Routes.channelMessages(channelId), { query })) as APIMessage[];
  return messages.filter(({ author }) => author.id === client.user?.id).reverse();
}
