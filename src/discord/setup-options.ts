import { ChannelType, DiscordAPIError, type Guild, PermissionFlagsBits, RESTJSONErrorCodes } from "discord.js";
import type { AccessChange } from "../domain/question-access.ts";
import type { ServerSettings } from "../domain/server.ts";
import { lackingPermissions } from "./channel-permissions.ts";
import type { Pressed, Typed } from "./command.ts";
import type { ChannelCheck, SetupCheck, SetupRefusal } from "./views/setup.ts";

type AccessWish = { readonly changes: readonly AccessChange[]; readonly reset: "roles" | "channels" | null };
type Changes = Partial<Omit<ServerSettings, "serverId">>;

/** What `reset` can set back, as choices. */
export const resettable = [
  { name: "Announcement channel", value: "announcementChannelId" },
  { name: "Role to ping", value: "pingRoleId" },
  { name: "Moderator role", value: "moderatorRoleId" },
  { name: "Moderators' channel", value: "moderatorChannelId" },
  { name: "Questions a day", value: "questionsPerDay" },
  { name: "Roles for questions: everybody may ask", value: "roles" },
  { name: "Channels for questions: anywhere", value: "channels" },
] as const;

/** Options that allow or bar one role or channel for questions. */
const accessOptions = [
  { option: "allow-questions-role", list: "roles", to: "allowed" },
  { option: "bar-questions-role", list: "roles", to: "barred" },
  { option: "allow-questions-channel", list: "channels", to: "allowed" },
  { option: "bar-questions-channel", list: "channels", to: "barred" },
] as const;

/** Why a channel of this kind cannot hold announcements; null if it can. */
export function channelRefusal(type: ChannelType): SetupRefusal | null {
  switch (type) {
    case ChannelType.GuildText:
    case ChannelType.GuildAnnouncement:
      return null;
    case ChannelType.GuildForum:
    case ChannelType.GuildMedia:
      return "forum";
    case ChannelType.PublicThread:
    case ChannelType.PrivateThread:
    case ChannelType.AnnouncementThread:
      return "thread";
    case ChannelType.GuildVoice:
    case ChannelType.GuildStageVoice:
      return "voice";
    default:
      return "not-a-text-channel";
  }
}

/** The settings given with /setup, or why one of them cannot be. */
export function readChanges(
  interaction: Typed,
):
  | { readonly fine: true; readonly changes: Changes; readonly access: AccessWish | null }
  | { readonly fine: false; readonly reason: SetupRefusal } {
  const { options, guildId } = interaction;
  const refuse = (reason: SetupRefusal) => ({ fine: false, reason }) as const;
  const channel = options.getChannel("channel");
  const pingRole = options.getRole("ping-role");
  const moderatorRole = options.getRole("moderator-role");
  const moderatorChannel = options.getChannel("moderator-channel");
  const threadPerModel = options.getBoolean("thread-per-model");
  const pollPerModel = options.getBoolean("poll-per-model");
  const guessOnly = options.getBoolean("guess-only");
  const minimumAccountDays = options.getInteger("minimum-account-days");
  const questionsPerDay = options.getInteger("questions-per-day");
  for (const given of [channel, moderatorChannel]) {
    const refusal = given && channelRefusal(given.type);
    if (refusal) return refuse(refusal);
  }
  // The role of everybody has the server's own id.
  if (pingRole?.id === guildId) return refuse("everyone-as-ping");
  if (moderatorRole?.id === guildId) return refuse("everyone-as-moderator");
  const given: Changes = {
    ...(channel && { announcementChannelId: channel.id }),
    ...(pingRole && { pingRoleId: pingRole.id }),
    ...(moderatorRole && { moderatorRoleId: moderatorRole.id }),
    ...(moderatorChannel && { moderatorChannelId: moderatorChannel.id }),
    ...(threadPerModel !== null && { threadPerModel }),
    ...(pollPerModel !== null && { pollPerModel }),
    ...(guessOnly !== null && { guessOnly }),
    ...(minimumAccountDays !== null && { minimumAccountDays }),
    ...(questionsPerDay !== null && { questionsPerDay }),
  };
  const access = readAccess(options);
  const reset = resettable.find(({ value }) => value === options.getString("reset"))?.value;
  if (reset === undefined)
    return { fine: true, changes: given, access: access.length > 0 ? { changes: access, reset: null } : null };
  const isSetToo = reset in given || access.some(({ list }) => list === reset);
  if (isSetToo) return refuse("set-and-reset");
  if (reset === "roles" || reset === "channels")
    return { fine: true, changes: given, access: { changes: access, reset } };
  return {
    fine: true,
    changes: { ...given, [reset]: null },
    access: access.length > 0 ? { changes: access, reset: null } : null,
  };
}

function readAccess(options: Typed["options"]): AccessChange[] {
  return accessOptions.flatMap(({ option, list, to }) => {
    const id = (list === "roles" ? options.getRole(option) : options.getChannel(option))?.id;
    return id === undefined ? [] : [{ list, to, id }];
  });
}

/** Looks at the channels and role set, as they are now. Asks Discord only for what the cache lacks. */
export async function checkSetup(interaction: Typed | Pressed, settings: ServerSettings): Promise<SetupCheck> {
  const { guild } = interaction;
  if (!guild) return { channels: [], canPing: null };
  const me = guild.members.me ?? (await guild.members.fetchMe());
  const { announcementChannelId, moderatorChannelId, pingRoleId, threadPerModel, pollPerModel } = settings;
  const look = async (
    channelId: string | null,
    uses: Parameters<typeof lackingPermissions>[2],
  ): Promise<ChannelCheck[]> => {
    if (channelId === null) return [];
    const channel = await findChannel(guild, channelId);
    if (channel === "gone") return [{ channelId, gone: true, lacking: [] }];
    if (channel === "hidden") return [{ channelId, gone: false, lacking: ["View Channel"] }];
    return [{ channelId, gone: false, lacking: channel.isThread() ? [] : lackingPermissions(channel, me, uses) }];
  };
  const role = pingRoleId === null ? null : guild.roles.cache.get(pingRoleId);
  const announcements = announcementChannelId === null ? null : guild.channels.cache.get(announcementChannelId);
  const mayPingAll = announcements?.permissionsFor(me).has(PermissionFlagsBits.MentionEveryone) ?? false;
  return {
    channels: [
      ...(await look(announcementChannelId, { threads: threadPerModel, polls: pollPerModel })),
      ...(await look(moderatorChannelId === announcementChannelId ? null : moderatorChannelId, {
        threads: false,
        polls: false,
      })),
    ],
    canPing: announcements ? (role ? role.mentionable || mayPingAll : role === null ? null : false) : null,
  };
}

async function findChannel(guild: Guild, channelId: string) {
  const cached = guild.channels.cache.get(channelId);
  if (cached) return cached;
  try {
    return (await guild.channels.fetch(channelId)) ?? "gone";
  } catch (error) {
    const code = error instanceof DiscordAPIError ? error.code : null;
    if (code === RESTJSONErrorCodes.UnknownChannel) return "gone";
    if (code === RESTJSONErrorCodes.MissingAccess) return "hidden";
    throw error;
  }
}
