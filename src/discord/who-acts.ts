import { type BaseInteraction, GuildMember, PermissionFlagsBits } from "discord.js";
import type { Member } from "../domain/member.ts";

type InServer = BaseInteraction<"cached" | "raw">;

/** Who acts where, as the interaction itself says it, and the key that makes the act count once. */
export function whoActs(interaction: InServer): { key: string; serverId: string; member: Member } {
  const { user, member } = interaction;
  const name = member instanceof GuildMember ? member.displayName : (member.nick ?? user.globalName ?? user.username);
  return {
    key: `interaction:${interaction.id}`,
    serverId: interaction.guildId,
    member: { memberId: user.id, name, createdAt: user.createdAt },
  };
}

/** Whether the member has Manage Server, by the permissions Discord sent with this very press. */
export function managesServer(interaction: InServer): boolean {
  return interaction.memberPermissions.has(PermissionFlagsBits.ManageGuild);
}

/** Whether the member may settle and void here: Manage Server, or the role set in /setup. */
export function moderates(interaction: InServer, settings: { readonly moderatorRoleId: string | null }): boolean {
  if (managesServer(interaction)) return true;
  const { moderatorRoleId } = settings;
  if (moderatorRoleId === null) return false;
  const { member } = interaction;
  return member instanceof GuildMember
    ? member.roles.cache.has(moderatorRoleId)
    : member.roles.includes(moderatorRoleId);
}

/** Where something is asked, and with which roles, as the interaction itself says it. */
export function whereActs(interaction: InServer): {
  channelId: string;
  parentChannelId: string | null;
  roleIds: string[];
} {
  const { channel, channelId, member } = interaction;
  return {
    channelId: channelId ?? "",
    parentChannelId: channel?.isThread() ? channel.parentId : null,
    roleIds: member instanceof GuildMember ? [...member.roles.cache.keys()] : [...member.roles],
  };
}

/** Whether the bot could finish a message here on its own: an answer may take longer than Discord remembers who asked. */
export function botMayAnswer({ appPermissions, channel }: InServer): boolean {
  const write = channel?.isThread() ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  const { ViewChannel, EmbedLinks, AttachFiles } = PermissionFlagsBits;
  return appPermissions.has([ViewChannel, write, EmbedLinks, AttachFiles]);
}

/** Whether the member may write where they pressed: a Share button must not carry them past a closed channel. */
export function maySpeak(interaction: InServer): boolean {
  const inThread = interaction.channel?.isThread() ?? false;
  const needed = inThread ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  return interaction.memberPermissions.has(needed);
}

/** Whether the member may post polls of their own where they typed: /poll must not carry them past that. */
export function mayPoll(interaction: InServer): boolean {
  return maySpeak(interaction) && interaction.memberPermissions.has(PermissionFlagsBits.SendPolls);
}

/** Whether the bot may post a poll here. */
export function botMayPoll({ appPermissions, channel }: InServer): boolean {
  const write = channel?.isThread() ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  return appPermissions.has([PermissionFlagsBits.ViewChannel, write, PermissionFlagsBits.SendPolls]);
}
