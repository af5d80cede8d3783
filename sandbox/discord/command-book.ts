import type { Channel } from "./channel.ts";
import type { Member } from "./member.ts";
import { permissionBits } from "./permissions.ts";
import type { Snowflakes } from "./snowflakes.ts";
import { isRaw, type Raw, rawList, text } from "./wire.ts";

export interface RegisteredCommand {
  id: string;
  version: string;
  /** Only in this server; undefined for a global command. */
  serverId: string | undefined;
  name: string;
  /** 1 slash command, 2 on a member, 3 on a message. */
  type: number;
  /** As Discord lists it. */
  shape: Raw;
}

/** The application's commands as registered with Discord. */
export class CommandBook {
  readonly #ids: Snowflakes;
  readonly #applicationId: string;
  #commands: RegisteredCommand[] = [];
  /** How often commands were written, to see that a bot registers only what changed. */
  writes = 0;

  constructor(ids: Snowflakes, applicationId: string) {
    this.#ids = ids;
    this.#applicationId = applicationId;
  }

  list(serverId?: string): RegisteredCommand[] {
    return this.#commands.filter((command) => command.serverId === serverId);
  }

  byId(id: string, serverId?: string): RegisteredCommand | undefined {
    return this.list(serverId).find((command) => command.id === id);
  }

  /** The command a member reaches by this name; one of the server hides a global one. */
  find(serverId: string, name: string, type: number): RegisteredCommand | undefined {
    const all = [...this.list(serverId), ...this.list()];
    return all.find((command) => command.name === name && command.type === type);
  }

  /** Replaces all commands of a scope, keeping the ids of those that keep name and type. */
  replaceAll(requests: Raw[], serverId?: string): RegisteredCommand[] {
    this.writes++;
    const old = this.list(serverId);
    const fresh = requests.map((request) => this.#register(request, serverId, old));
    this.#commands = [...this.#commands.filter((command) => command.serverId !== serverId), ...fresh];
    return fresh;
  }

  /** Creates a command, or overwrites the one of the same name and type. */
  upsert(request: Raw, serverId?: string): { command: RegisteredCommand; created: boolean } {
    this.writes++;
    const old = this.list(serverId);
    const command = this.#register(request, serverId, old);
    const created = !old.some((other) => other.id === command.id);
    this.#commands = [...this.#commands.filter((other) => other.id !== command.id), command];
    return { command, created };
  }

  remove(id: string): void {
    this.writes++;
    this.#commands = this.#commands.filter((command) => command.id !== id);
  }

  #register(request: Raw, serverId: string | undefined, old: RegisteredCommand[]): RegisteredCommand {
    const type = typeof request.type === "number" ? request.type : 1;
    const name = text(request.name);
    const before = old.find((command) => command.name === name && command.type === type);
    const id = before?.id ?? this.#ids.next();
    const content = this.#content(request, type, serverId);
    const unchanged = before && JSON.stringify(withoutIds(before.shape)) === JSON.stringify(content);
    const version = unchanged ? before.version : this.#ids.next();
    return { id, version, serverId, name, type, shape: { id, version, ...content } };
  }

  #content(request: Raw, type: number, serverId: string | undefined): Raw {
    const options = rawList(request.options).map(shownOption);
    const permissions = request.default_member_permissions;
    return {
      application_id: this.#applicationId,
      type,
      name: request.name,
      name_localizations: request.name_localizations ?? null,
      description: text(request.description),
      description_localizations: request.description_localizations ?? null,
      default_member_permissions: permissions === null || permissions === undefined ? null : String(permissions),
      nsfw: request.nsfw === true,
      contexts: request.contexts ?? null,
      integration_types: request.integration_types ?? [0],
      ...(serverId ? { guild_id: serverId } : { dm_permission: request.dm_permission ?? true }),
      ...(options.length > 0 ? { options } : {}),
    };
  }
}

function withoutIds(shape: Raw): Raw {
  const { id, version, ...content } = shape;
  return content;
}

/** Discord leaves out of options what is false or empty. */
function shownOption(option: Raw): Raw {
  const kept = Object.entries(option).filter(([key, value]) => {
    if (value === undefined || value === null || value === false) return false;
    return !((key === "options" || key === "choices") && Array.isArray(value) && value.length === 0);
  });
  const shown: Raw = Object.fromEntries(kept);
  if (Array.isArray(shown.options)) shown.options = rawList(shown.options).map(shownOption);
  return shown;
}

/** Without translations, as Discord lists commands unless asked for them. */
export function withoutTranslations(shape: Raw): Raw {
  const { name_localizations, description_localizations, ...rest } = shape;
  const strip = (part: Raw): Raw => {
    const plain = withoutTranslations(part);
    return Array.isArray(plain.options) ? { ...plain, options: rawList(plain.options).map(strip) } : plain;
  };
  return isRaw(rest) && Array.isArray(rest.options) ? { ...rest, options: rawList(rest.options).map(strip) } : rest;
}

/** Why Discord does not offer a command to a member in a channel, or undefined. */
export function whyBarred(command: RegisteredCommand, member: Member, channel: Channel): string | undefined {
  const bits = member.permissionsIn(channel);
  if (!(bits & permissionBits.ViewChannel)) return `${member.name} cannot see #${channel.name}`;
  if (!(bits & permissionBits.UseApplicationCommands)) return `${member.name} may not use commands in #${channel.name}`;
  if (channel.archived && channel.locked) return `#${channel.name} is locked`;
  const { contexts, integration_types: installs, default_member_permissions: wanted } = command.shape;
  if (Array.isArray(contexts) && !contexts.includes(0)) return "the command is not for servers";
  if (Array.isArray(installs) && !installs.includes(0)) return "the command is not for server installs";
  if (bits & permissionBits.Administrator || wanted === null) return undefined;
  const needed = BigInt(text(wanted));
  if (needed === 0n) return "the command is for administrators";
  return (bits & needed) === needed ? undefined : `${member.name} lacks the permissions the command asks for`;
}
