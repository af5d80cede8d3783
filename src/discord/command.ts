import {
  ApplicationCommandType,
  ApplicationIntegrationType,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  ContextMenuCommandBuilder,
  InteractionContextType,
  type MessageContextMenuCommandInteraction,
  type ModalSubmitInteraction,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
  SlashCommandBuilder,
  type SlashCommandStringOption,
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
export type OnMessage = MessageContextMenuCommandInteraction<InServer>;
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

/** A form instead of an acknowledgement. */
export type Opening = {
  readonly modal: ModalView;
  /** What is written down once the form is open: nothing may be asked for before. */
  readonly keep?: () => Promise<void>;
};

/** What every command may have besides its name: its actions are unique among all commands. */
type Parts = {
  readonly buttons?: Readonly<Record<string, Press<Pressed>>>;
  readonly selects?: Readonly<Record<string, Press<Picked>>>;
  readonly modals?: Readonly<Record<string, Answers<Filled>>>;
};

/** A command that is typed, as plain data: what Discord is told of it, and what it does. */
export type Command = Parts & {
  readonly data: RESTPostAPIChatInputApplicationCommandsJSONBody;
  /** From what was typed and from memory alone: whether a form is opened instead of running. */
  readonly opens?: (interaction: Typed, app: App) => Opening | null;
  /** Replies are the member's own business unless `announce` is used. `commands` is the list, for /help. */
  readonly run: (interaction: Typed, app: App, commands: readonly AnyCommand[]) => Promise<Answer>;
  /** From memory only: autocomplete cannot be deferred. At most 25 choices are sent. */
  readonly autocomplete?: (interaction: Typing, app: App) => readonly Choice[];
};

/** A command in the menu of a message, under Apps. It has no options: what else it needs to know it asks in a form. */
export type MenuCommand = Parts & {
  readonly data: RESTPostAPIContextMenuApplicationCommandsJSONBody;
  readonly opens?: (interaction: OnMessage, app: App) => Opening | null;
  readonly run: (interaction: OnMessage, app: App) => Promise<Answer>;
};

/** Told apart by the type in their data: only slash commands leave it out or say ChatInput. */
export type AnyCommand = Command | MenuCommand;

/** Whether a command is typed, and not chosen from a menu. */
export function isSlashCommand(command: AnyCommand): command is Command {
  return (command.data.type ?? ApplicationCommandType.ChatInput) === ApplicationCommandType.ChatInput;
}

/** Whether a command is chosen from the menu of a message. */
export function isMenuCommand(command: AnyCommand): command is MenuCommand {
  return !isSlashCommand(command);
}

/** A command in the menus of messages, in servers only. */
export function messageMenuCommand(name: string): RESTPostAPIContextMenuApplicationCommandsJSONBody {
  return new ContextMenuCommandBuilder()
    .setName(name)
    .setType(ApplicationCommandType.Message)
    .setContexts(InteractionContextType.Guild)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall)
    .toJSON();
}

/** The option that says which model is meant: its value is the model's number, or what was typed. */
export function modelOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option.setName("model").setDescription("The anonymous model").setRequired(true).setAutocomplete(true);
}

/** A slash command of servers only: the bot has no business in direct messages or on users' own accounts. */
export function serverCommand(name: string, description: string): SlashCommandBuilder {
  return new SlashCommandBuilder()
    .setName(name)
    .setDescription(description)
    .setContexts(InteractionContextType.Guild)
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall);
}
