import { Channel, type ChannelOptions } from "./channel.ts";
import { Member, type MemberOptions } from "./member.ts";
import { EVERYONE_PERMISSIONS, type PermissionName, permissionsOf } from "./permissions.ts";
import { channelShape, memberShape, roleShape, serverShape } from "./shapes.ts";
import { isoTime } from "./wire.ts";
import { Intent, type World } from "./world.ts";

export interface Role {
  id: string;
  name: string;
  permissions: bigint;
  mentionable: boolean;
  managed: boolean;
  position: number;
}

export interface ServerOptions {
  name: string;
  /** The owner's name (default: after the server). */
  owner?: string;
  /** What @everyone may do; by default what a new server allows. */
  everyonePermissions?: PermissionName[];
  /** What the bot's own role allows beyond @everyone. */
  botPermissions?: PermissionName[];
  /** Whether to make a #general channel that is also the system channel (default true). */
  systemChannel?: boolean;
  locale?: string;
}

/** A Discord guild: channels, roles, members. */
export class Server {
  readonly world: World;
  readonly id: string;
  readonly locale: string;
  readonly joinedAtMs: number;
  readonly owner: Member;
  readonly bot: Member;
  readonly roles = new Map<string, Role>();
  readonly members = new Map<string, Member>();
  /** Channels and threads by id; deleted ones are gone. */
  readonly channels = new Map<string, Channel>();
  name: string;
  systemChannel: Channel | undefined;

  constructor(world: World, options: ServerOptions) {
    this.world = world;
    this.id = world.ids.next();
    this.name = options.name;
    this.locale = options.locale ?? "en-US";
    this.joinedAtMs = world.now();
    const everyone = options.everyonePermissions ?? EVERYONE_PERMISSIONS;
    this.roles.set(this.id, {
      id: this.id,
      name: "@everyone",
      permissions: permissionsOf(everyone),
      mentionable: false,
      managed: false,
      position: 0,
    });
    const botRole = this.#newRole(world.bot.username, options.botPermissions ?? [], false, true);
    this.bot = this.#join(new Member(this, world.bot, { roles: [botRole] }));
    this.owner = this.addMember({ name: options.owner ?? `${options.name} owner` });
    if (options.systemChannel ?? true) this.systemChannel = this.addChannel({ name: "general" });
  }

  addChannel(options: ChannelOptions | string): Channel {
    const channel = new Channel(this, typeof options === "string" ? { name: options } : options);
    this.channels.set(channel.id, channel);
    this.#tell(channel.isThread ? "THREAD_CREATE" : "CHANNEL_CREATE", channelShape(channel));
    return channel;
  }

  /** Sets (or, without a channel, unsets) where Discord itself posts. */
  setSystemChannel(channel: Channel | undefined): void {
    this.systemChannel = channel;
    this.#tell("GUILD_UPDATE", serverShape(this));
  }

  addRole(options: { name: string; permissions?: PermissionName[]; mentionable?: boolean }): Role {
    const role = this.#newRole(options.name, options.permissions ?? [], options.mentionable ?? false, false);
    this.#tell("GUILD_ROLE_CREATE", { guild_id: this.id, role: roleShape(role) });
    return role;
  }

  /** Changes what a role allows, by default @everyone's. */
  setRolePermissions(permissions: PermissionName[], role: Role = this.everyone): void {
    role.permissions = permissionsOf(permissions);
    this.#tell("GUILD_ROLE_UPDATE", { guild_id: this.id, role: roleShape(role) });
  }

  deleteRole(role: Role): void {
    this.roles.delete(role.id);
    for (const member of this.members.values()) member.roleIds.delete(role.id);
    this.#tell("GUILD_ROLE_DELETE", { guild_id: this.id, role_id: role.id });
  }

  /** A person joins. `permissions` gives them a role of their own with these bits. */
  addMember(options: MemberOptions | string): Member {
    const wish = typeof options === "string" ? { name: options } : options;
    const { world } = this;
    const ageMs = (wish.accountAgeDays ?? 365) * 86_400_000;
    const user = wish.user ?? {
      id: world.ids.at(world.now() - ageMs),
      username: wish.name.toLowerCase().replaceAll(/[^a-z0-9_.]/g, "_"),
      globalName: wish.name,
      bot: false,
    };
    world.users.set(user.id, user);
    const roles = [...(wish.roles ?? [])];
    if (wish.permissions) roles.push(this.#newRole(`${wish.name}'s role`, wish.permissions, false, false));
    return this.#join(new Member(this, user, { roles, ...(wish.nick === undefined ? {} : { nick: wish.nick }) }));
  }

  /** A person leaves. Without the members intent the bot is not told. */
  removeMember(member: Member): void {
    this.members.delete(member.id);
    this.world.changes.announce();
  }

  member(name: string): Member {
    const found = [...this.members.values()].find((member) => member.name === name || member.user.username === name);
    if (!found) throw new Error(`Nobody called ${name} is in ${this.name}.`);
    return found;
  }

  channel(name: string): Channel {
    const found = [...this.channels.values()].find((channel) => channel.name === name.replace(/^#/, ""));
    if (!found) throw new Error(`${this.name} has no channel called ${name}.`);
    return found;
  }

  get everyone(): Role {
    const role = this.roles.get(this.id);
    if (!role) throw new Error("A server always has @everyone.");
    return role;
  }

  /** What GUILD_CREATE carries: without the members intent only the bot itself is listed. */
  createPayload(): object {
    const channels = [...this.channels.values()];
    return {
      ...serverShape(this),
      joined_at: isoTime(this.joinedAtMs),
      large: false,
      unavailable: false,
      member_count: this.members.size,
      voice_states: [],
      members: [memberShape(this.bot)],
      channels: channels.filter((channel) => !channel.isThread).map(channelShape),
      threads: channels
        .filter((channel) => channel.isThread && !channel.archived && channel.botMay("ViewChannel"))
        .map(channelShape),
      presences: [],
      stage_instances: [],
      guild_scheduled_events: [],
      soundboard_sounds: [],
    };
  }

  /** Tells the bot about a member whose roles changed; without the members intent it hears only about itself. */
  tellMemberChange(member: Member): void {
    if (member === this.bot) this.#tell("GUILD_MEMBER_UPDATE", { ...memberShape(member), guild_id: this.id });
    else this.world.changes.announce();
  }

  #join(member: Member): Member {
    this.members.set(member.id, member);
    return member;
  }

  #newRole(name: string, names: PermissionName[], mentionable: boolean, managed: boolean): Role {
    const role = {
      id: this.world.ids.next(),
      name,
      permissions: permissionsOf(names),
      mentionable,
      managed,
      position: this.roles.size,
    };
    this.roles.set(role.id, role);
    return role;
  }

  #tell(event: string, data: object): void {
    this.world.changes.announce();
    // While the server is being set up the bot has not joined it yet.
    if (this.world.servers.has(this.id)) this.world.dispatch(event, data, Intent.Guilds);
  }
}
