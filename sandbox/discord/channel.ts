import type { Role, Server } from "./guild.ts";
import type { Member } from "./member.ts";
import type { Message } from "./message.ts";
import { type Overwrite, type PermissionName, permissionBits, permissionsOf } from "./permissions.ts";
import { channelShape } from "./shapes.ts";
import { Intent } from "./world.ts";

const channelTypes = {
  text: 0,
  voice: 2,
  category: 4,
  announcement: 5,
  "announcement-thread": 10,
  thread: 11,
  "private-thread": 12,
  stage: 13,
  forum: 15,
  media: 16,
} as const;

export type ChannelKind = keyof typeof channelTypes;

export interface ChannelOptions {
  name: string;
  kind?: ChannelKind;
  /** For threads: the channel they hang from. */
  parent?: Channel;
  /** For threads started on a message: the thread takes the message's id. */
  id?: string;
  ownerId?: string;
  autoArchiveMinutes?: number;
}

const DEFAULT_WAIT_MS = 5000;

/** A channel or thread of a server. */
export class Channel {
  readonly server: Server;
  readonly id: string;
  readonly kind: ChannelKind;
  readonly parent: Channel | undefined;
  readonly ownerId: string;
  readonly createdAtMs: number;
  readonly overwrites = new Map<string, Overwrite>();
  readonly autoArchiveMinutes: number;
  /** Every message ever posted here, also deleted, ephemeral and loading ones. */
  readonly history: Message[] = [];
  /** When edits to messages older than an hour were made. */
  oldEditsAtMs: number[] = [];
  name: string;
  archived = false;
  locked = false;
  archiveChangedAtMs: number;
  deleted = false;

  constructor(server: Server, options: ChannelOptions) {
    this.server = server;
    this.id = options.id ?? server.world.ids.next();
    this.name = options.name;
    this.kind = options.kind ?? "text";
    this.parent = options.parent;
    this.ownerId = options.ownerId ?? server.bot.id;
    this.autoArchiveMinutes = options.autoArchiveMinutes ?? 4320;
    this.createdAtMs = server.world.now();
    this.archiveChangedAtMs = this.createdAtMs;
  }

  get type(): number {
    return channelTypes[this.kind];
  }

  get isThread(): boolean {
    return this.type >= 10 && this.type <= 12;
  }

  /** Whether messages can be posted here directly (not in forums, media channels and categories). */
  get holdsMessages(): boolean {
    return !["category", "forum", "media"].includes(this.kind);
  }

  /** Messages everybody sees, oldest first; with `as`, also the ephemeral ones only that member sees. */
  messages(options: { as?: Member } = {}): Message[] {
    return this.history.filter(
      (message) => !message.deleted && (!message.visibleTo || message.visibleTo.id === options.as?.id),
    );
  }

  get lastMessage(): Message | undefined {
    return this.messages().at(-1);
  }

  /** The threads that hang from this channel. */
  get threads(): Channel[] {
    return [...this.server.channels.values()].filter((channel) => channel.parent === this);
  }

  /** A message that is here now or comes within `timeoutMs`, and that `fits`. */
  waitFor(fits: (message: Message) => boolean = () => true, timeoutMs = DEFAULT_WAIT_MS): Promise<Message> {
    return this.server.world.changes.until(
      () => this.messages().find((message) => !message.loading && fits(message)),
      timeoutMs,
      () => `a message in #${this.name}, which has ${this.messages().length} others`,
    );
  }

  /** The next message posted from now on that `fits`. */
  nextMessage(fits: (message: Message) => boolean = () => true, timeoutMs = DEFAULT_WAIT_MS): Promise<Message> {
    const known = new Set(this.history.filter((message) => !message.loading));
    return this.waitFor((message) => !known.has(message) && fits(message), timeoutMs);
  }

  /** Takes permissions in this channel from the bot (`ViewChannel` hides it from the bot). */
  denyBot(...names: PermissionName[]): void {
    this.overwrite(this.server.bot, { deny: names });
  }

  /** Gives permissions in this channel to the bot, undoing denyBot. */
  allowBot(...names: PermissionName[]): void {
    this.overwrite(this.server.bot, { allow: names });
  }

  /** Adds to the channel's overwrites for a role or member. */
  overwrite(holder: Role | Member, change: { allow?: PermissionName[]; deny?: PermissionName[] }): void {
    const allow = permissionsOf(change.allow ?? []);
    const deny = permissionsOf(change.deny ?? []);
    const old = this.overwrites.get(holder.id) ?? { allow: 0n, deny: 0n };
    this.overwrites.set(holder.id, {
      id: holder.id,
      type: this.server.roles.has(holder.id) ? 0 : 1,
      allow: (old.allow & ~deny) | allow,
      deny: (old.deny & ~allow) | deny,
    });
    this.tellChange();
  }

  /** Whether the bot holds all these permissions here. */
  botMay(...names: PermissionName[]): boolean {
    return names.every((name) => (this.server.bot.permissionsIn(this) & permissionBits[name]) !== 0n);
  }

  /** Archives a thread, as Discord does after some days of silence; `locked` as only moderators can. */
  archive(options: { locked?: boolean } = {}): void {
    this.archived = true;
    this.locked = options.locked ?? this.locked;
    this.archiveChangedAtMs = this.server.world.now();
    this.tellChange();
  }

  unarchive(): void {
    this.archived = false;
    this.locked = false;
    this.archiveChangedAtMs = this.server.world.now();
    this.tellChange();
  }

  /** Deletes the channel with its threads. */
  delete(): void {
    for (const thread of this.threads) thread.delete();
    this.deleted = true;
    this.server.channels.delete(this.id);
    if (this.server.systemChannel === this) this.server.systemChannel = undefined;
    const { id, type } = this;
    const gone = { id, guild_id: this.server.id, parent_id: this.parent?.id ?? null, type };
    this.#tell(this.isThread ? "THREAD_DELETE" : "CHANNEL_DELETE", this.isThread ? gone : channelShape(this));
  }

  /** Tells the bot that the channel is no longer as it was. */
  tellChange(): void {
    this.#tell(this.isThread ? "THREAD_UPDATE" : "CHANNEL_UPDATE", channelShape(this));
  }

  #tell(event: string, data: object): void {
    this.server.world.changes.announce();
    this.server.world.dispatch(event, data, Intent.Guilds);
  }
}
