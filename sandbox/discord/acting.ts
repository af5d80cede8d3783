import type { Channel } from "./channel.ts";
import { type RegisteredCommand, whyBarred } from "./command-book.ts";
import type { Choice, Exchange } from "./exchange.ts";
import type { Role } from "./guild.ts";
import type { Member } from "./member.ts";
import type { Message } from "./message.ts";
import { messageShape } from "./message-shape.ts";
import { postMessage } from "./messages.ts";
import { channelShape, roleShape } from "./shapes.ts";
import { CannotType, resolve, resolveMember, type TypedOptions, typedOptions } from "./typed-options.ts";
import { allComponents, ComponentKind, type Raw, rawList, SELECT_KINDS, text } from "./wire.ts";
import type { StoredFile } from "./world.ts";

export type { TypedOptions };
/** What can be chosen from a select menu: a value or label of a string menu, or a member, role or channel. */
export type Chosen = string | Member | Role | Channel;

const AUTOCOMPLETE_WAIT_MS = 3500;

/** See Member.command. */
export function typeCommand(member: Member, channel: Channel, line: string, given: TypedOptions): Exchange {
  const command = reachable(member, channel, line);
  const { options, resolved } = typedOptions({ world: channel.server.world, channel, line }, command, given);
  return open(member, channel, line, "command", command, options, resolved);
}

/** See Member.autocomplete. */
export function typeOption(
  member: Member,
  channel: Channel,
  line: string,
  given: TypedOptions,
  focused: string,
): Promise<Choice[]> {
  const command = reachable(member, channel, line);
  const { options, resolved } = typedOptions({ world: channel.server.world, channel, line, focused }, command, given);
  return open(member, channel, line, "autocomplete", command, options, resolved).offered(AUTOCOMPLETE_WAIT_MS);
}

function reachable(member: Member, channel: Channel, line: string): RegisteredCommand {
  const name = line.replace(/^\//, "").split(/\s+/)[0] ?? "";
  const command = channel.server.world.commands.find(channel.server.id, name, 1);
  if (!command) throw new CannotType(`There is no command /${name}.`);
  const barred = whyBarred(command, member, channel);
  if (barred) throw new CannotType(`${member.name} cannot type ${line}: ${barred}.`);
  return command;
}

function open(
  member: Member,
  channel: Channel,
  line: string,
  kind: "command" | "autocomplete",
  command: RegisteredCommand,
  options: Raw[],
  resolved: Raw,
): Exchange {
  const data: Raw = {
    id: command.id,
    name: command.name,
    type: command.type,
    options,
    ...(command.serverId ? { guild_id: command.serverId } : {}),
    ...(Object.keys(resolved).length > 0 ? { resolved } : {}),
  };
  const name = line.startsWith("/") ? line : `/${line}`;
  return channel.server.world.interactions.open({ kind, member, channel, data, name });
}

/** See Member.menu. */
export function useMenu(member: Member, channel: Channel, name: string, target: Message | Member): Exchange {
  const onMessage = "author" in target;
  const command = channel.server.world.commands.find(channel.server.id, name, onMessage ? 3 : 2);
  if (!command) throw new CannotType(`There is no menu command "${name}" for a ${onMessage ? "message" : "member"}.`);
  const barred = whyBarred(command, member, channel);
  if (barred) throw new CannotType(`${member.name} cannot use "${name}": ${barred}.`);
  const resolved: Raw = {};
  if (onMessage) resolve(resolved, "messages", target.id, messageShape(target, true));
  else resolveMember(target, channel, resolved);
  const data = { id: command.id, name: command.name, type: command.type, target_id: target.id, resolved };
  return channel.server.world.interactions.open({ kind: "command", member, channel, data, name });
}

/** See Member.press. */
export function pressButton(member: Member, message: Message, wanted: string): Exchange {
  const buttons = usable(member, message).filter((part) => part.type === ComponentKind.Button);
  const button = findComponent(buttons, wanted, "label");
  if (!button) {
    const labels = buttons.map((one) => text(one.label) || text(one.custom_id)).join(", ");
    throw new CannotType(`The message has no button "${wanted}", only: ${labels || "none"}.`);
  }
  if (button.url) throw new CannotType(`The button "${wanted}" is a link.`);
  return useComponent(member, message, button, {});
}

/** See Member.select. */
export function chooseFromMenu(
  member: Member,
  message: Message,
  wanted: string | undefined,
  chosen: Chosen[],
): Exchange {
  const menus = usable(member, message).filter((part) => SELECT_KINDS.includes(Number(part.type)));
  const menu = wanted === undefined ? menus[0] : findComponent(menus, wanted, "placeholder");
  if (!menu) {
    const ids = menus.map((one) => text(one.custom_id)).join(", ");
    throw new CannotType(`The message has no menu "${wanted ?? ""}", only: ${ids || "none"}.`);
  }
  const resolved: Raw = {};
  const values = chosen.map((one) => menuValue(menu, one, message.channel, resolved));
  const min = Number(menu.min_values);
  const max = Number(menu.max_values);
  if (values.length < min || values.length > max) {
    throw new CannotType(`The menu takes ${min} to ${max} values, not ${values.length}.`);
  }
  const more = Object.keys(resolved).length > 0 ? { values, resolved } : { values };
  return useComponent(member, message, menu, more);
}

function menuValue(menu: Raw, chosen: Chosen, channel: Channel, resolved: Raw): string {
  if (typeof chosen === "string") {
    const options = rawList(menu.options);
    const found = options.find((one) => one.value === chosen) ?? options.find((one) => one.label === chosen);
    if (found) return text(found.value);
    const labels = options.map((one) => text(one.label)).join(", ");
    throw new CannotType(`The menu has no option "${chosen}", only: ${labels}.`);
  }
  if ("user" in chosen) return resolveMember(chosen, channel, resolved);
  if ("overwrites" in chosen) resolve(resolved, "channels", chosen.id, channelShape(chosen));
  else resolve(resolved, "roles", chosen.id, roleShape(chosen));
  return chosen.id;
}

function useComponent(member: Member, message: Message, component: Raw, more: Raw): Exchange {
  const label = text(component.label) || text(component.placeholder) || text(component.custom_id);
  if (component.disabled === true) throw new CannotType(`"${label}" is disabled.`);
  return message.channel.server.world.interactions.open({
    kind: "component",
    member,
    channel: message.channel,
    source: message,
    name: label,
    data: { custom_id: component.custom_id, component_type: component.type, id: component.id, ...more },
  });
}

/** The components of a message, if this member can use them at all. */
function usable(member: Member, message: Message): Raw[] {
  if (message.deleted || message.channel.deleted) throw new CannotType("The message is gone.");
  if (message.loading) throw new CannotType("The message is still loading.");
  if (message.visibleTo && message.visibleTo.id !== member.id) {
    throw new CannotType(`Only ${message.visibleTo.name} sees this message.`);
  }
  if (!member.may("ViewChannel", message.channel))
    throw new CannotType(`${member.name} cannot see #${message.channel.name}.`);
  return allComponents(message.components);
}

function findComponent(parts: Raw[], wanted: string, words: "label" | "placeholder"): Raw | undefined {
  return (
    parts.find((part) => part.custom_id === wanted) ??
    parts.find((part) => part[words] === wanted) ??
    parts.find((part) => text(part[words]).startsWith(wanted)) ??
    parts.find((part) => text(part.custom_id).startsWith(wanted))
  );
}

/** See Member.say. */
export function say(member: Member, channel: Channel, content: string, files: StoredFile[] = []): Message {
  const needed = channel.isThread ? "SendMessagesInThreads" : "SendMessages";
  if (!member.may(needed, channel)) throw new CannotType(`${member.name} may not write in #${channel.name}.`);
  // A person who writes in an archived thread opens it again.
  if (channel.archived) channel.unarchive();
  return postMessage(channel, { author: member, body: { content }, files });
}
