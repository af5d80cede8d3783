import * as acting from "./acting.ts";
import type { Channel } from "./channel.ts";
import type { Exchange, ShownModal } from "./exchange.ts";
import { type FieldValue, submitModal } from "./filling-modals.ts";
import type { Role, Server } from "./guild.ts";
import type { Message } from "./message.ts";
import { channelPermissions, type PermissionName, permissionBits, serverPermissions } from "./permissions.ts";
import { vote } from "./polls.ts";
import type { StoredFile, User } from "./world.ts";

export interface MemberOptions {
  name: string;
  /** The name in this server, where it differs. */
  nick?: string;
  roles?: Role[];
  permissions?: PermissionName[];
  /** How long ago the account was made (default a year). */
  accountAgeDays?: number;
  /** An account that is already known, to have the same person in two servers. */
  user?: User;
}

/** A person (or the bot) in one server, and everything they can do there. */
export class Member {
  readonly server: Server;
  readonly user: User;
  readonly roleIds: Set<string>;
  readonly joinedAtMs: number;
  nick: string | undefined;

  constructor(server: Server, user: User, options: { roles?: Role[]; nick?: string }) {
    this.server = server;
    this.user = user;
    this.roleIds = new Set((options.roles ?? []).map((role) => role.id));
    this.nick = options.nick;
    this.joinedAtMs = server.world.now();
  }

  get id(): string {
    return this.user.id;
  }

  get name(): string {
    return this.nick ?? this.user.globalName ?? this.user.username;
  }

  giveRole(role: Role): void {
    this.roleIds.add(role.id);
    this.server.tellMemberChange(this);
  }

  takeRole(role: Role): void {
    this.roleIds.delete(role.id);
    this.server.tellMemberChange(this);
  }

  /** Permission bits in a channel; a thread has those of its parent. */
  permissionsIn(channel: Channel): bigint {
    return channelPermissions(
      this.#holder(),
      (channel.isThread && channel.parent ? channel.parent : channel).overwrites.values(),
    );
  }

  get permissions(): bigint {
    return serverPermissions(this.#holder());
  }

  may(name: PermissionName, channel: Channel): boolean {
    return (this.permissionsIn(channel) & permissionBits[name]) !== 0n;
  }

  /**
   * Types a slash command, e.g. `command(channel, "/settle confirm", { model: "x" })`. Throws when Discord would not let
   * this member type that: unknown command or option, missing option, wrong type, no permission.
   */
  command(channel: Channel, line: string, options: acting.TypedOptions = {}): Exchange {
    return acting.typeCommand(this, channel, line, options);
  }

  /** What Discord offers while `focused` is being typed. Throws when no choices come in time. */
  autocomplete(
    channel: Channel,
    line: string,
    options: acting.TypedOptions,
    focused: string,
  ): Promise<{ name: string; value: string | number }[]> {
    return acting.typeOption(this, channel, line, options, focused);
  }

  /** Presses a button, found by its label, its custom id or the start of either. */
  press(message: Message, button: string): Exchange {
    return acting.pressButton(this, message, button);
  }

  /** Chooses from a select menu, found by custom id or placeholder (the only menu if left out). Values or labels. */
  select(message: Message, menu: string | undefined, values: acting.Chosen[]): Exchange {
    return acting.chooseFromMenu(this, message, menu, values);
  }

  /** Fills in a modal and sends it. Fields by custom id or label. */
  submit(modal: ShownModal, fields: Record<string, FieldValue> = {}): Exchange {
    return submitModal(this, modal, fields);
  }

  /** Chooses a command from the menu on a message or a member. */
  menu(channel: Channel, command: string, target: Message | Member): Exchange {
    return acting.useMenu(this, channel, command, target);
  }

  /** Votes in a native poll, by the words of the answers; an empty list takes the votes back. */
  vote(message: Message, answers: string[]): void {
    vote(this, message, answers);
  }

  /** Posts an ordinary message, with files if there are any. */
  say(channel: Channel, content: string, files: StoredFile[] = []): Message {
    return acting.say(this, channel, content, files);
  }

  #holder() {
    const { server } = this;
    return {
      userId: this.id,
      ownerId: server.owner?.id ?? "",
      everyoneId: server.id,
      everyone: server.everyone.permissions,
      roles: [...server.roles.values()].filter((role) => this.roleIds.has(role.id)),
    };
  }
}
