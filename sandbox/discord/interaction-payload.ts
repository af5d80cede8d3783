import { type Exchange, interactionTypes } from "./exchange.ts";
import { messageShape } from "./message-shape.ts";
import { channelShape, memberShape } from "./shapes.ts";
import type { Raw } from "./wire.ts";

const ATTACHMENT_SIZE_LIMIT = 10_485_760;

/** What INTERACTION_CREATE carries. */
export function interactionPayload(exchange: Exchange, data: Raw): Raw {
  const { channel, member, source } = exchange;
  const { server } = channel;
  const permissions = String(member.permissionsIn(channel));
  return {
    id: exchange.id,
    application_id: server.world.applicationId,
    type: interactionTypes[exchange.kind],
    data,
    guild: { id: server.id, locale: server.locale, features: [] },
    guild_id: server.id,
    guild_locale: server.locale,
    channel: { ...channelShape(channel), permissions },
    channel_id: channel.id,
    member: { ...memberShape(member), permissions, unusual_dm_activity_until: null },
    token: exchange.token,
    version: 1,
    app_permissions: String(server.bot.permissionsIn(channel)),
    locale: "en-US",
    entitlements: [],
    authorizing_integration_owners: { "0": server.id },
    context: 0,
    attachment_size_limit: ATTACHMENT_SIZE_LIMIT,
    ...(source ? { message: messageShape(source, true) } : {}),
  };
}
