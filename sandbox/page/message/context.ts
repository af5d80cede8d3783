import type { APIMessage } from "discord.js";

/** A message as Discord's API gives it. */
export type WireMessage = APIMessage;

/**
 * A message as it came over the wire. It is taken at its word: the sandbox has checked what is in it against Discord's own
 * schema before anybody sees it.
 */
export type SentMessage = { readonly id: string };

/** What a message needs to know of the world around it, and how what is pressed in it gets out. */
export type MessageContext = {
  readonly now: Date;
  readonly viewer: { readonly id: string };
  readonly resolve: {
    user(id: string): { name: string; avatar?: string; bot?: boolean; color?: string } | undefined;
    role(id: string): { name: string; color?: string } | undefined;
    channel(id: string): { name: string; type?: number } | undefined;
    /** Everything a menu of members, roles or channels can choose from; without it those menus are empty. */
    ids?(kind: "user" | "role" | "channel"): readonly string[];
  };
  readonly act: {
    press(messageId: string, customId: string): Promise<void>;
    choose(messageId: string, customId: string, values: string[]): Promise<void>;
    /** Votes for these answers; for none to take the vote back. */
    vote(messageId: string, answerIds: number[]): Promise<void>;
    open(url: string): void;
    /** Goes to a channel or thread; without it, their mentions only tell their name. */
    openChannel?(id: string): void;
    /** Hides a private message; without it, it cannot be hidden. */
    dismiss?(messageId: string): void;
  };
};
