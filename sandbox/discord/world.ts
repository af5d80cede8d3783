import type { Changes } from "./changes.ts";
import type { CommandBook } from "./command-book.ts";
import type { Faults } from "./faults.ts";
import type { Server } from "./guild.ts";
import type { InteractionDesk } from "./interactions.ts";
import type { Seen } from "./seen.ts";
import type { Snowflakes } from "./snowflakes.ts";

export interface User {
  id: string;
  username: string;
  globalName: string | null;
  bot: boolean;
}

/** Gateway intents an event belongs to; `undefined` goes to every session. */
export const Intent = { Guilds: 1 << 0, GuildMessages: 1 << 9, GuildMessagePolls: 1 << 24 } as const;

/** Everything the small Discord knows, shared by its gateway, its routes and the members who act in it. */
export interface World {
  /** The sandbox's time in milliseconds since 1970: ids, timestamps, nonces, the age of a message. */
  now: () => number;
  ids: Snowflakes;
  changes: Changes;
  faults: Faults;
  bot: User;
  applicationId: string;
  /** http://127.0.0.1:PORT, where attachments are served. */
  origin: string;
  servers: Map<string, Server>;
  /** Servers the bot was removed from. */
  formerServers: Server[];
  users: Map<string, User>;
  commands: CommandBook;
  interactions: InteractionDesk;
  files: Map<string, StoredFile>;
  /** How many edits a minute a channel takes to messages older than an hour. */
  oldEditsPerMinute: number;
  /** How many gateway sessions are connected: 2 while two processes run the bot. */
  connections: () => number;
  /** Whether the bot is cut off and may come back to what it missed. */
  awaitsResume: () => boolean;
  /** Sends an event to the bot's gateway sessions. */
  dispatch: (event: string, data: object, intent?: number) => void;
  /** Told of everything that goes over the wire. */
  watch: (seen: Seen) => void;
}

/** How long a signed link to a file works. */
export const LINK_LIFETIME_MS = 86_400_000;

export interface StoredFile {
  name: string;
  contentType: string;
  bytes: Uint8Array;
}
