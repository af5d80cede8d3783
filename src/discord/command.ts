import {
  ApplicationIntegrationType,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  InteractionContextType,
  type ModalSubmitInteraction,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  SlashCommandBuilder,
  type StringSelectMenuInteraction,
} from "discord.js";
import type { App } from "../app.ts";
import type { Live } from "./live.ts";
import type { MessageView, ModalView } from "./views/message.ts";

type InServer = "cached" | "raw";
export type Typed = ChatInputCommandInteraction<InServer>;
export type Typing = AutocompleteInteraction<InServer>;
export type Pressed = ButtonInteraction<InServer>;
export type Picked = StringSelectMenuInteraction<InServer>;
export type Filled = ModalSubmitInteraction<InServer>;

/** What a command has to say. Commands never speak to Discord themselves: interactions.ts does, in one place. */
export type Answer = {
  /** To the member alone: the reply, or instead of the message that was pressed (see `acknowledge`). */
  readonly show?: MessageView;
  /** To the member alone, below: what was pressed stays as it is. */
  readonly aside?: MessageView;
  /** To the whole channel. */
  readonly announce?: MessageView;
  /** To the whole channel, in messages that grow. */
  readonly live?: Live;
};

/** A choice of autocomplete; the value is what the command gets. */
export type Choice = { readonly name: string; readonly value: string };

/** A press that opens a modal and does nothing else. */
type Opens<I> = { readonly opens: (interaction: I, key: string, app: App) => ModalView };

/**
 * A press that is acknowledged at once and answered then, in a new message or in the one pressed. A modal cannot follow
 * an acknowledgement, so `opens` decides from the press alone, without asking anybody, whether one is opened instead.
 */
type Answers<I> = {
  readonly acknowledge: "new-message" | "same-message";
  readonly opens?: (interaction: I, key: string, app: App) => ModalView | null;
  readonly run: (interaction: I, key: string, app: App) => Promise<Answer>;
};

export type Press<I> = Opens<I> | Answers<I>;

/** A command as plain data: what Discord is told of it, and what it does. Its actions are unique among all commands. */
export type Command = {
  readonly data: RESTPostAPIChatInputApplicationCommandsJSONBody;
  /** Replies are the member's own business unless `announce` is used. `commands` is the list, for /help. */
  readonly run: (interaction: Typed, app: App, commands: readonly Command[]) => Promise<Answer>;
  /** From memory only: autocomplete cannot be deferred. At most 25 choices are sent. */
  readonly autocomplete?: (interaction: Typing, app: App) => readonly Choice[];
  readonly buttons?: Readonly<Record<string, Press<Pressed>>>;
  readonly selects?: Readonly<Record<string, Press<Picked>>>;
  readonly modals?: Readonly<Record<string, Answers<Filled>>>;
};

/** A slash command of servers only: the bot has no business in direct messages or on users' own accounts. */
export function serverCommand(name: string, description: string): SlashCommandBuilder {
  return new SlashCommandBuilder()
    .setName(name)
    .setDescription(description)
    .setContexts(InteractionContextType.Guild)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall);
}
