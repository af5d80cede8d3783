import type { Channel } from "./channel.ts";
import type { RegisteredCommand } from "./command-book.ts";
import type { Role } from "./guild.ts";
import type { Member } from "./member.ts";
import { attachmentShape } from "./message-shape.ts";
import { isSubcommand, OptionType } from "./option-type.ts";
import { channelShape, partialMemberShape, roleShape, userShape } from "./shapes.ts";
import { type Raw, rawList, text } from "./wire.ts";
import { LINK_LIFETIME_MS, type World } from "./world.ts";

export interface TypedFile {
  filename: string;
  content: string | Uint8Array;
  contentType?: string;
}

/** What a member can put into an option. */
type TypedValue = string | number | boolean | Member | Channel | Role | TypedFile;
export type TypedOptions = Record<string, TypedValue | undefined>;

/** Why a member could not have typed what the test typed. */
export class CannotType extends Error {}

export interface TypedCommand {
  options: Raw[];
  resolved: Raw;
}

/**
 * Turns typed options into what Discord sends, checked against the command as registered. While `focused` is being
 * typed, the rest may be missing.
 */
export function typedOptions(
  context: { world: World; channel: Channel; line: string; focused?: string | undefined },
  command: RegisteredCommand,
  given: TypedOptions,
): TypedCommand {
  const [, ...path] = context.line.replace(/^\//, "").split(/\s+/);
  const resolved: Raw = {};
  const step = (options: Raw[], at: number): Raw[] => {
    const nested = options.filter((option) => isSubcommand(option.type));
    const wanted = path[at];
    if (nested.length === 0) {
      if (wanted !== undefined) throw new CannotType(`${context.line} has no subcommand ${wanted}.`);
      return leaves(context, options, given, resolved);
    }
    const next = nested.find((option) => option.name === wanted);
    if (!next) {
      const names = nested.map((option) => text(option.name)).join(", ");
      throw new CannotType(`${context.line} needs one of the subcommands ${names}.`);
    }
    return [{ type: next.type, name: next.name, options: step(rawList(next.options), at + 1) }];
  };
  return { options: step(rawList(command.shape.options), 0), resolved };
}

function leaves(
  context: { world: World; channel: Channel; line: string; focused?: string | undefined },
  options: Raw[],
  given: TypedOptions,
  resolved: Raw,
): Raw[] {
  const names = options.map((option) => text(option.name));
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new CannotType(`${context.line} has no option ${name}, only: ${names.join(", ")}.`);
  }
  return options.flatMap((option) => {
    const name = text(option.name);
    const value = given[name];
    if (context.focused === name) {
      if (option.autocomplete !== true) throw new CannotType(`${context.line} ${name} has no autocomplete.`);
      return [{ type: option.type, name, value: String(value ?? ""), focused: true }];
    }
    if (value === undefined) {
      if (option.required === true && context.focused === undefined) {
        throw new CannotType(`${context.line} needs the option ${name}.`);
      }
      return [];
    }
    return [{ type: option.type, name, value: wireValue(context, option, value, resolved) }];
  });
}

function wireValue(
  context: { world: World; channel: Channel; line: string },
  option: Raw,
  value: TypedValue,
  resolved: Raw,
): string | number | boolean {
  const refuse = (why: string): never => {
    throw new CannotType(`${context.line} ${text(option.name)}: ${why}.`);
  };
  switch (option.type) {
    case OptionType.String:
      return typeof value === "string" ? checkedText(option, value, refuse) : refuse("takes text");
    case OptionType.Integer:
    case OptionType.Number:
      if (typeof value !== "number") return refuse("takes a number");
      return checkedNumber(option, value, refuse);
    case OptionType.Boolean:
      return typeof value === "boolean" ? value : refuse("takes true or false");
    case OptionType.User:
      return isMember(value) ? resolveMember(value, context.channel, resolved) : refuse("takes a member");
    case OptionType.Channel: {
      if (!isChannel(value)) return refuse("takes a channel");
      const types = Array.isArray(option.channel_types) ? option.channel_types : undefined;
      if (types && !types.includes(value.type)) return refuse(`does not offer #${value.name}, a ${value.kind} channel`);
      resolve(resolved, "channels", value.id, {
        ...channelShape(value),
        permissions: String(value.server.bot.permissionsIn(value)),
      });
      return value.id;
    }
    case OptionType.Role:
    case OptionType.Mentionable: {
      if (isMember(value) && option.type === OptionType.Mentionable) {
        return resolveMember(value, context.channel, resolved);
      }
      if (!isRole(value)) return refuse("takes a role");
      resolve(resolved, "roles", value.id, roleShape(value));
      return value.id;
    }
    case OptionType.Attachment:
      return isFile(value) ? uploadFile(context.world, context.channel, value, resolved) : refuse("takes a file");
    default:
      return refuse(`has the unknown type ${option.type}`);
  }
}

function checkedText(option: Raw, value: string, refuse: (why: string) => never): string {
  const choices = rawList(option.choices);
  if (choices.length > 0) {
    const chosen = choices.find((choice) => choice.value === value || choice.name === value);
    return chosen ? text(chosen.value) : refuse(`has no choice "${value}"`);
  }
  const min = typeof option.min_length === "number" ? option.min_length : 0;
  const max = typeof option.max_length === "number" ? option.max_length : 6000;
  if (value.trim() === "" && option.required === true) return refuse("cannot be empty");
  if (value.length < min || value.length > max) return refuse(`takes ${min} to ${max} characters, not ${value.length}`);
  return value;
}

function checkedNumber(option: Raw, value: number, refuse: (why: string) => never): number {
  if (option.type === OptionType.Integer && !Number.isSafeInteger(value)) return refuse("takes a whole number");
  const choices = rawList(option.choices);
  if (choices.length > 0 && !choices.some((choice) => choice.value === value)) return refuse(`has no choice ${value}`);
  if (typeof option.min_value === "number" && value < option.min_value) return refuse(`starts at ${option.min_value}`);
  if (typeof option.max_value === "number" && value > option.max_value) return refuse(`ends at ${option.max_value}`);
  return value;
}

/** Puts a member (and their user) into the resolved data; returns their id. */
export function resolveMember(member: Member, channel: Channel, resolved: Raw): string {
  resolve(resolved, "users", member.id, userShape(member.user));
  if (member.server.members.has(member.id)) {
    const permissions = String(member.permissionsIn(channel));
    resolve(resolved, "members", member.id, { ...partialMemberShape(member), permissions });
  }
  return member.id;
}

/** Puts something into the resolved data of an interaction. */
export function resolve(resolved: Raw, kind: string, id: string, shape: object): void {
  resolved[kind] ??= {};
  (resolved[kind] as Raw)[id] = shape;
}

/** Puts a file where members' uploads wait, behind a link that ends after a day; returns its id. */
export function uploadFile(world: World, channel: Channel, file: TypedFile, resolved: Raw): string {
  const id = world.ids.next();
  const bytes = typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content;
  const contentType = file.contentType ?? "application/octet-stream";
  const folder = `/ephemeral-attachments/${channel.id}/${id}`;
  world.files.set(`${folder}/${file.filename}`, { name: file.filename, contentType, bytes });
  const expiry = Math.floor((world.now() + LINK_LIFETIME_MS) / 1000).toString(16);
  const url = `${world.origin}${folder}/${encodeURIComponent(file.filename)}?ex=${expiry}&is=0&hm=0`;
  const attachment = { id, filename: file.filename, size: bytes.length, contentType, description: undefined, url };
  resolve(resolved, "attachments", id, { ...attachmentShape(attachment), ephemeral: true });
  return id;
}

// Told by their shape: the classes import this file.
function isMember(value: TypedValue): value is Member {
  return typeof value === "object" && "roleIds" in value;
}

function isChannel(value: TypedValue): value is Channel {
  return typeof value === "object" && "overwrites" in value;
}

function isRole(value: TypedValue): value is Role {
  return typeof value === "object" && "mentionable" in value;
}

function isFile(value: TypedValue): value is TypedFile {
  return typeof value === "object" && "filename" in value;
}
