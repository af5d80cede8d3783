import type { Channel } from "../discord/channel.ts";
import type { Member } from "../discord/member.ts";
import { permissionBits } from "../discord/permissions.ts";
import type { ChannelEntry, PersonEntry, ServerView } from "../page/protocol.ts";

/** A server as this member sees it: what is hidden from them is not in it. */
export function serverView(viewer: Member): ServerView {
  const { server } = viewer;
  return {
    id: server.id,
    name: server.name,
    viewerId: viewer.id,
    roles: [...server.roles.values()].map(({ id, name }) => ({ id, name })),
    people: [...server.members.values()].map(personEntry),
    channels: channelsFor(viewer).map((channel) => channelEntry(channel, viewer)),
  };
}

/** The channels and threads a member sees, in the order of the server. */
export function channelsFor(viewer: Member): Channel[] {
  return [...viewer.server.channels.values()].filter(
    (channel) =>
      viewer.may("ViewChannel", channel) && (channel.kind !== "private-thread" || viewer.may("ManageThreads", channel)),
  );
}

function personEntry(member: Member): PersonEntry {
  const { id, name, user } = member;
  return { id, name, bot: user.bot, heading: headingOf(member) };
}

function headingOf(member: Member): string {
  if (member.user.bot) return "Apps";
  if (member === member.server.owner) return "Owner";
  const [role] = [...member.server.roles.values()].filter(({ id }) => member.roleIds.has(id));
  return role?.name ?? "Members";
}

function channelEntry(channel: Channel, viewer: Member): ChannelEntry {
  const { id, name, type, parent, isThread, archived, server } = channel;
  const everyone = server.everyone;
  const deniedToAll = ((parent ?? channel).overwrites.get(everyone.id)?.deny ?? 0n) & permissionBits.ViewChannel;
  return {
    id,
    name,
    type,
    parentId: parent?.id ?? null,
    isThread,
    isPrivate: deniedToAll !== 0n || channel.kind === "private-thread",
    isClosed: archived,
    mayWrite: channel.holdsMessages && viewer.may(isThread ? "SendMessagesInThreads" : "SendMessages", channel),
  };
}
