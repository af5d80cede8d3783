import type { Client } from "discord.js";

/** The way to Discord for what the bot says on its own account. */
export type Line = {
  readonly client: Client;
  /** Every request waits for its turn, so that all processes together keep within what Discord takes. */
  readonly turn: () => Promise<void>;
  /** When it is aborted nothing is sent any more. */
  readonly signal: AbortSignal;
};
