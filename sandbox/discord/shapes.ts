import type { Channel } from "./channel.ts";
import type { Role, Server } from "./guild.ts";
import type { Member } from "./member.ts";
import { isoTime } from "./wire.ts";
import type { User } from "./world.ts";

/** How things look on the wire. Each is checked against Discord's specification before it is sent. */
export function userShape(user: User): object {
  return {
    id: user.id,
    username: user.username,
    global_name: user.globalName,
    discriminator: user.bot ? "0001" : "0",
    avatar: null,
    public_flags: 0,
    flags: 0,
    primary_guild: null,
    ...(user.bot ? { bot: true } : {}),
  };
}

/** Without `user`, as in the member of a message. */
export function partialMemberShape(member: Member): object {
  return {
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    flags: 0,
    joined_at: isoTime(member.joinedAtMs),
    nick: member.nick ?? null,
    pending: false,
    premium_since: null,
    roles: [...member.roleIds],
    mute: false,
    deaf: false,
  };
}

export function memberShape(member: Member): object {
  return { ...partialMemberShape(member), user: userShape(member.user) };
}

export function roleShape(role: Role): object {
  return {
    id: role.id,
    name: role.name,
    permissions: String(role.permissions),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.managed,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
  };
}

export function channelShape(channel: Channel): object {
  const common = {
    id: channel.id,
    type: channel.type,
    guild_id: channel.server.id,
    name: channel.name,
    flags: 0,
    parent_id: channel.parent?.id ?? null,
    last_message_id: channel.history.at(-1)?.id ?? null,
    last_pin_timestamp: null,
    rate_limit_per_user: 0,
  };
  if (channel.isThread) {
    return {
      ...common,
      owner_id: channel.ownerId,
      message_count: channel.messages().length,
      member_count: 1,
      total_message_sent: channel.history.length,
      thread_metadata: {
        archived: channel.archived,
        archive_timestamp: isoTime(channel.archiveChangedAtMs),
        auto_archive_duration: channel.autoArchiveMinutes,
        locked: channel.locked,
        create_timestamp: isoTime(channel.createdAtMs),
      },
    };
  }
  return {
    ...common,
    topic: null,
    position: [...channel.server.channels.keys()].indexOf(channel.id) + 1,
    nsfw: false,
    permission_overwrites: [...channel.overwrites.values()].map((overwrite) => ({
      id: overwrite.id,
      type: overwrite.type,
      allow: String(overwrite.allow),
      deny: String(overwrite.deny),
    })),
    ...(channel.kind === "forum" || channel.kind === "media"
      ? { available_tags: [], default_reaction_emoji: null }
      : {}),
    ...(channel.kind === "voice" ? { bitrate: 64000, user_limit: 0, rtc_region: null } : {}),
  };
}

export function serverShape(server: Server): object {
  return {
    id: server.id,
    name: server.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: server.owner.id,
    application_id: null,
    region: "deprecated",
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: server.systemChannel?.id ?? null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    roles: [...server.roles.values()].map(roleShape),
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: server.locale,
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
  };
}
