import { setTimeout as wait } from "node:timers/promises";
import { type Client, Events, type Interaction } from "discord.js";
import type { App } from "../app.ts";
import { acknowledge, answer, apologise, openModal, type Repliable, refuseAtOnce, suggest } from "./answering.ts";
import { type Answer, type AnyCommand, isMenuCommand, isSlashCommand, type Opening, type Press } from "./command.ts";
import { readCustomId } from "./custom-id.ts";
import { ordinaryPace, type Pace } from "./live.ts";
import type { MessageView } from "./views/message.ts";
import { onlyInServers, outdated } from "./views/notices.ts";
import { knowChannel } from "./who-acts.ts";

/** Interactions being worked on. */
export type Listening = {
  /**
   * Takes no more interactions and resolves when those at work are answered; answers that go on and on are told to end
   * after a few seconds. Never rejects.
   */
  stop(): Promise<void>;
};

/** main.ts gives everything nine seconds to stop, and the last edit of an answer may have to wait its turn. */
const liveMayLastMs = 4_000;

/**
 * Answers every interaction of a client with the commands given. This is the one place that catches what commands throw:
 * it is logged with the interaction's id, and the member gets an apology with that id.
 *
 * @param more.notices what a member is told, below the answer to whatever they did next, of things nobody could tell them before
 * @param more.pace how time passes between the edits of what grows
 */
export function answerInteractions(
  client: Client,
  app: App,
  commands: readonly AnyCommand[],
  { notices = async () => null, pace = ordinaryPace }: { notices?: Notices; pace?: Pace } = {},
): Listening {
  const atWork = new Set<Promise<void>>();
  const stopping = new AbortController();
  const listener = (interaction: Interaction) => {
    const work = handle(interaction, { app, commands, notices, pace, stopping: stopping.signal }).finally(() =>
      atWork.delete(work),
    );
    atWork.add(work);
  };
  client.on(Events.InteractionCreate, listener);
  return {
    async stop() {
      client.off(Events.InteractionCreate, listener);
      const all = Promise.allSettled(atWork);
      await Promise.race([all, wait(liveMayLastMs, undefined, { ref: false })]);
      stopping.abort();
      await all;
    },
  };
}

/** What interactions are answered with. */
type Desk = {
  readonly app: App;
  readonly commands: readonly AnyCommand[];
  readonly notices: Notices;
  readonly pace: Pace;
  readonly stopping: AbortSignal;
};

type Notices = (who: { serverId: string; memberId: string }) => Promise<MessageView | null>;

async function handle(interaction: Interaction, desk: Desk): Promise<void> {
  const { app } = desk;
  try {
    await route(interaction, desk);
  } catch (err) {
    app.log.error({ err, interactionId: interaction.id, ...nameOf(interaction) }, "an interaction failed");
    if (interaction.isRepliable()) await apologise(interaction, app.log);
  }
}

function nameOf(interaction: Interaction): { command?: string; customId?: string } {
  if (interaction.isCommand() || interaction.isAutocomplete()) return { command: interaction.commandName };
  return "customId" in interaction ? { customId: interaction.customId } : {};
}

async function route(interaction: Interaction, desk: Desk): Promise<void> {
  const { app, commands } = desk;
  if (interaction.isAutocomplete()) {
    const command = commands.filter(isSlashCommand).find(({ data }) => data.name === interaction.commandName);
    await suggest(interaction, app.log, () =>
      interaction.inGuild() && command?.autocomplete ? command.autocomplete(interaction, app) : [],
    );
    return;
  }
  if (!interaction.isRepliable()) return;
  if (!interaction.inGuild()) {
    await refuseAtOnce(interaction, onlyInServers, app.log);
  } else if (interaction.isChatInputCommand()) {
    const command = commands.filter(isSlashCommand).find(({ data }) => data.name === interaction.commandName);
    if (!command) await refuseAtOnce(interaction, outdated(null), app.log);
    else await begin(interaction, desk, command, () => command.run(interaction, app, commands));
  } else if (interaction.isMessageContextMenuCommand()) {
    const command = commands.filter(isMenuCommand).find(({ data }) => data.name === interaction.commandName);
    if (!command) await refuseAtOnce(interaction, outdated(null), app.log);
    else await begin(interaction, desk, command, () => command.run(interaction, app));
  } else if (interaction.isButton()) {
    await press(interaction, desk, (command) => command.buttons);
  } else if (interaction.isStringSelectMenu()) {
    await press(interaction, desk, (command) => command.selects);
  } else if (interaction.isModalSubmit()) {
    await press(interaction, desk, (command) => command.modals);
  }
}

/** Opens a command's form, if it wants one, or acknowledges and runs it. */
async function begin<I extends Repliable>(
  interaction: I,
  desk: Desk,
  command: { readonly opens?: (interaction: I, app: App) => Opening | null },
  run: () => Promise<Answer>,
): Promise<void> {
  const { app } = desk;
  const opening = command.opens?.(interaction, app) ?? null;
  if (!opening) return defer(interaction, desk, "new-message", run);
  await openModal(interaction, opening.modal, app.log);
  await opening.keep?.();
}

/** Finds what a custom id is for. Everything up to the acknowledgement is decided in memory. */
async function press<I extends Repliable & { customId: string }>(
  interaction: I,
  desk: Desk,
  of: (command: AnyCommand) => Readonly<Record<string, Press<I>>> | undefined,
): Promise<void> {
  const { app, commands } = desk;
  const id = readCustomId(interaction.customId);
  const command = id.kind === "foreign" ? undefined : commands.find((each) => Object.hasOwn(of(each) ?? {}, id.action));
  const wanted = id.kind === "foreign" || !command ? undefined : of(command)?.[id.action];
  if (id.kind !== "current" || !wanted) {
    await refuseAtOnce(interaction, outdated(command && isSlashCommand(command) ? command.data.name : null), app.log);
    return;
  }
  const opened = wanted.opens?.(interaction, id.key, app) ?? null;
  if (opened) await openModal(interaction, opened, app.log);
  else if ("run" in wanted)
    await defer(interaction, desk, wanted.acknowledge, () => wanted.run(interaction, id.key, app));
}

/** Acknowledges, then works, then answers. What Discord no longer knows is not worked on: the member will ask again. */
async function defer(
  interaction: Repliable,
  { app, notices, pace, stopping }: Desk,
  how: "new-message" | "same-message",
  work: () => Promise<Answer>,
): Promise<void> {
  const acknowledged = await acknowledge(interaction, how, app.log);
  if (acknowledged === "too-late") return;
  await knowChannel(interaction, app.log);
  await answer(interaction, await work(), { first: acknowledged === "by-us", stopping, log: app.log, pace });
  if (acknowledged !== "by-us" || interaction.guildId === null) return;
  const notice = await notices({ serverId: interaction.guildId, memberId: interaction.user.id });
  if (notice) {
    await answer(interaction, { aside: notice }, { first: true, stopping, log: app.log, pace }).catch((err: unknown) =>
      // What was asked for is answered.
      app.log.warn({ err, interactionId: interaction.id }, "a member could not be told something"),
    );
  }
}
