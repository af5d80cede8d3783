import {
  type AutocompleteInteraction,
  type BaseMessageOptions,
  DiscordAPIError,
  HTTPError,
  type InteractionEditReplyOptions,
  type InteractionReplyOptions,
  MessageFlags,
  RESTJSONErrorCodes,
  type RepliableInteraction,
} from "discord.js";
import type { Logger } from "pino";
import type { Answer, Choice } from "./command.ts";
import { type Pace, tellLive } from "./live.ts";
import { inThread } from "./sleeping-thread.ts";
import { followUpSpeaker } from "./speaking.ts";
import type { MessageView, ModalView } from "./views/message.ts";
import { apology } from "./views/notices.ts";
import { plain } from "./views/text.ts";

export type Repliable = RepliableInteraction;

const nobody = { parse: [] };
const mostChoices = 25;

function hasCode(error: unknown, ...codes: number[]): boolean {
  return error instanceof DiscordAPIError && codes.includes(Number(error.code));
}

/** Discord says so after three seconds, after fifteen minutes, and under load at other times too. */
function isForgotten(error: unknown): boolean {
  return hasCode(error, RESTJSONErrorCodes.UnknownInteraction, RESTJSONErrorCodes.UnknownWebhook);
}

function isAnsweredAlready(error: unknown): boolean {
  return hasCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged);
}

/**
 * Does what may be done twice, and does it again if the connection broke meanwhile: discord.js repeats a request that
 * timed out or was refused with 5xx, but not one whose answer was lost.
 */
async function onceMoreIfCut(speak: () => Promise<unknown>): Promise<void> {
  try {
    await speak();
  } catch (err) {
    if (err instanceof DiscordAPIError || err instanceof HTTPError) throw err;
    await speak();
  }
}

/** Does what may be too late or done already; both are worth a line in the log and nothing more. */
async function unlessOver(interaction: { id: string }, log: Logger, speak: () => Promise<unknown>): Promise<boolean> {
  try {
    await speak();
    return true;
  } catch (err) {
    if (!isForgotten(err) && !isAnsweredAlready(err)) throw err;
    log.info(
      { err, interactionId: interaction.id },
      "Discord no longer waits for this answer; it may already be there",
    );
    return false;
  }
}

function payload(view: MessageView): BaseMessageOptions {
  return { ...view, allowedMentions: view.allowedMentions ?? nobody };
}

function privately(view: MessageView): InteractionReplyOptions {
  return { ...payload(view), flags: MessageFlags.Ephemeral };
}

/** An edit keeps what it does not name, so it names everything, but files only if the view says which there are to be. */
function edit(view: MessageView): InteractionEditReplyOptions {
  const attachments = view.files ? { attachments: [] } : {};
  return { content: null, embeds: [], components: [], ...attachments, ...payload(view) };
}

/**
 * Tells Discord within its three seconds that an answer will come. "elsewhere": it was acknowledged before, by another
 * process that got the same interaction or the first time it was delivered; the work may be done again, as it counts
 * once, but only one of us announces it. "too-late": nobody would hear the answer, so nothing is done.
 */
export async function acknowledge(
  interaction: Repliable,
  how: "new-message" | "same-message",
  log: Logger,
): Promise<"by-us" | "elsewhere" | "too-late"> {
  let attempts = 0;
  try {
    await onceMoreIfCut(async () => {
      attempts += 1;
      if (how === "same-message" && "deferUpdate" in interaction && isFromMessage(interaction))
        await interaction.deferUpdate();
      else await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    });
    return "by-us";
  } catch (err) {
    if (isForgotten(err)) {
      log.info({ err, interactionId: interaction.id }, "Discord gave this interaction up before it was acknowledged");
      return "too-late";
    }
    if (!isAnsweredAlready(err)) throw err;
    log.info({ interactionId: interaction.id }, "this interaction was acknowledged before");
    // discord.js only edits replies it believes are there.
    interaction.deferred = true;
    interaction.ephemeral = how === "new-message";
    return attempts > 1 ? "by-us" : "elsewhere";
  }
}

/** Whether the member sees "thinking…", which only an edit ends. */
function awaitsReply(interaction: Repliable): boolean {
  return interaction.deferred && !interaction.replied && interaction.ephemeral === true;
}

function isFromMessage(interaction: Repliable): boolean {
  return interaction.isModalSubmit() ? interaction.isFromMessage() : interaction.isMessageComponent();
}

/**
 * Says what there is to say, after the acknowledgement. `first`: it was ours, so what is said in messages of its own falls
 * to us: two processes that got the same press would say it twice. Whoever has something live to tell is the only one who
 * has it.
 */
export async function answer(
  interaction: Repliable,
  { show, aside, announce, live }: Answer,
  { first, stopping, log, pace }: { first: boolean; stopping: AbortSignal; log: Logger; pace: Pace },
): Promise<void> {
  // Buttons can be pressed in a thread that sleeps.
  const speak = (words: () => Promise<unknown>) =>
    inThread({ client: interaction.client }, interaction.channelId, words);
  await unlessOver(interaction, log, async () => {
    const instead = show ?? (awaitsReply(interaction) ? aside : undefined);
    if (instead) await onceMoreIfCut(() => speak(() => interaction.editReply(edit(instead))));
    if (aside && aside !== instead && first) await speak(() => interaction.followUp(privately(aside)));
    if (announce && first) await speak(() => interaction.followUp(payload(announce)));
  }).catch((err: unknown) => {
    if (!live) throw err;
    log.warn({ err, interactionId: interaction.id }, "the member could not be told what comes");
  });
  if (live) await tellLive(followUpSpeaker(interaction), live, { stopping, log, pace });
}

/** Opens a modal, which is an acknowledgement of its own. */
export async function openModal(interaction: Repliable, view: ModalView, log: Logger): Promise<void> {
  if (!("showModal" in interaction)) throw new Error("a modal cannot open a modal");
  await unlessOver(interaction, log, () => onceMoreIfCut(() => interaction.showModal(view)));
}

/** Acknowledges and answers in one: for what needs no work. */
export async function refuseAtOnce(interaction: Repliable, view: MessageView, log: Logger): Promise<void> {
  await unlessOver(interaction, log, () => interaction.reply(privately(view)));
}

/** Says sorry, by whichever way is still open, and never throws. */
export async function apologise(interaction: Repliable, log: Logger): Promise<void> {
  const sorry = privately(apology(interaction.id));
  try {
    if (awaitsReply(interaction)) await interaction.editReply(edit(apology(interaction.id)));
    else if (interaction.deferred || interaction.replied) await interaction.followUp(sorry);
    else await interaction.reply(sorry);
  } catch (err) {
    log.warn({ err, interactionId: interaction.id }, "could not apologise");
  }
}

/** Sends the choices of autocomplete, none if making them failed, and never throws: a menu that stays empty is no disaster. */
export async function suggest(
  interaction: AutocompleteInteraction,
  log: Logger,
  choices: () => readonly Choice[],
): Promise<void> {
  let made: readonly Choice[] = [];
  try {
    made = choices();
  } catch (err) {
    log.error({ err, interactionId: interaction.id, command: interaction.commandName }, "autocomplete failed");
  }
  const fitting = made
    .filter(({ value }) => value.length >= 1 && value.length <= 100)
    .slice(0, mostChoices)
    .map(({ name, value }) => ({ name: plain(name, 100), value }));
  try {
    await interaction.respond(fitting);
  } catch (err) {
    const level = isForgotten(err) || isAnsweredAlready(err) ? "debug" : "warn";
    log[level]({ err, interactionId: interaction.id }, "autocomplete came too late");
  }
}
