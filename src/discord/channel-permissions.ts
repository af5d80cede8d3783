import { type GuildBasedChannel, type GuildMember, PermissionFlagsBits } from "discord.js";

/** What the bot must be allowed in the announcement channel, in the order members find it in Discord's settings. */
const needed = {
  "View Channel": PermissionFlagsBits.ViewChannel,
  "Send Messages": PermissionFlagsBits.SendMessages,
  "Embed Links": PermissionFlagsBits.EmbedLinks,
  "Read Message History": PermissionFlagsBits.ReadMessageHistory,
} as const;

/** Evidence is posted without its files where this is missing, so /setup does not ask for it. */
const usefulPermission = PermissionFlagsBits.AttachFiles;

const neededForThreads = {
  "Create Public Threads": PermissionFlagsBits.CreatePublicThreads,
  "Send Messages in Threads": PermissionFlagsBits.SendMessagesInThreads,
} as const;

const neededForPolls = { "Create Polls": PermissionFlagsBits.SendPolls } as const;

export type NeededPermission = keyof typeof needed | keyof typeof neededForThreads | keyof typeof neededForPolls;

/**
 * The permissions the bot lacks in a channel for announcing there; none if all is well.
 *
 * @param me the bot's own member
 * @param uses what the server wants there besides announcements
 */
export function lackingPermissions(
  channel: GuildBasedChannel,
  me: GuildMember,
  uses: { readonly threads: boolean; readonly polls: boolean },
): NeededPermission[] {
  const wanted = { ...needed, ...(uses.threads ? neededForThreads : {}), ...(uses.polls ? neededForPolls : {}) };
  const held = channel.permissionsFor(me);
  return Object.entries(wanted)
    .filter(([, permission]) => !held.has(permission))
    .map(([name]) => name as NeededPermission);
}

/** All of them as one number, for the link that adds the bot to a server. */
export const invitePermissions: bigint = [needed, neededForThreads, neededForPolls]
  .flatMap((permissions): bigint[] => Object.values(permissions))
  .reduce((all, one) => all | one, usefulPermission);
