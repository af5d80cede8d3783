import { type BaseInteraction, GuildMember, PermissionFlagsBits } from "discord.js";
import type { Logger } from "pino";
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

/**
 * Whether the member could be a moderator, as far as the press itself tells: only who has Manage Server or some role. A
 * form must be opened before anybody can be asked which role is set in /setup.
 */
export function mayModerate(interaction: InServer): boolean {
  const { member, guildId } = interaction;
  // Discord.js counts the role everybody has, which is called like the server.
  const roleIds = member instanceof GuildMember ? [...member.roles.cache.keys()] : member.roles;
  return managesServer(interaction) || roleIds.some((roleId) => roleId !== guildId);
}

/**
 * Has discord.js know the channel of an interaction: of threads it is told only of those awake, and what may be done in
 * one depends on the channel it belongs to. Where Discord does not tell, the channel stays unknown, and closed.
 */
export async function knowChannel({ client, channel, channelId }: BaseInteraction, log: Logger): Promise<void> {
  if (channel !== null || channelId === null) return;
  await client.channels
    .fetch(channelId)
    .catch((err: unknown) => log.info({ err, channelId }, "Discord does not tell what channel this is"));
}

/** Where something is asked, and with which roles, once its channel is known. */
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

/** What somebody needs to write where something was pressed or typed: in a channel nobody knows, both kinds' permission. */
function toWrite({ channel }: InServer): bigint[] {
  const { SendMessages, SendMessagesInThreads } = PermissionFlagsBits;
  if (channel === null) return [SendMessages, SendMessagesInThreads];
  return [channel.isThread() ? SendMessagesInThreads : SendMessages];
}

/**
 * Whether the bot could finish a message here on its own: an answer may take longer than Discord remembers who asked. And
 * whether it knows the channel: else it cannot tell whether models may be asked there.
 */
export function botMayAnswer(interaction: InServer): boolean {
  const { ViewChannel, EmbedLinks, AttachFiles } = PermissionFlagsBits;
  const needed = [ViewChannel, ...toWrite(interaction), EmbedLinks, AttachFiles];
  return interaction.channel !== null && interaction.appPermissions.has(needed);
}

/** Whether the member may write where they pressed: a Share button must not carry them past a closed channel. */
export function maySpeak(interaction: InServer): boolean {
  return interaction.memberPermissions.has(toWrite(interaction));
}

/** Whether the member may post polls of their own where they typed: /poll must not carry them past that. */
export function mayPoll(interaction: InServer): boolean {
  return maySpeak(interaction) && interaction.memberPermissions.has(PermissionFlagsBits.SendPolls);
}

/** Whether the bot may post a poll here. */
export function botMayPoll(interaction: InServer): boolean {
  const { ViewChannel, SendPolls } = PermissionFlagsBits;
  return interaction.appPermissions.has([ViewChannel, ...toWrite(interaction), SendPolls]);
}
