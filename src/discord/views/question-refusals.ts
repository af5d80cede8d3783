import type { AskRefusal } from "../../domain/ask-refusal.ts";
import type { ChatFailure } from "../../domain/chat.ts";
import { type LabNames, registryNames } from "./lab-words.ts";
import type { MessageView } from "./message.ts";
import { count, counted, moment, usd } from "./numbers.ts";
import { noSuchModel, tooYoungTo, type WordsFor, wordsFor } from "./refusals.ts";
import { settledAnswer } from "./settled-answer.ts";
import { bold, escaped, fittingLines, shown } from "./text.ts";

const back = (at: Date) => `Come back ${moment(at, "R")}.`;
const channels = (ids: readonly string[]) => ids.map((id) => `<#${escaped(id, 20)}>`).join(", ");
const roles = (ids: readonly string[]) => ids.map((id) => `<@&${escaped(id, 20)}>`).join(", ");

/** A settlement is more than a sentence: it comes with somebody else to ask. */
type PlainRefusal = Exclude<AskRefusal, { reason: "settled" }>;

const refusals = {
  "no-key": () =>
    [
      "Questions are not switched on: the bot has no key for OpenRouter.",
      "For the host: make a key at <https://openrouter.ai/settings/keys> (a free one will do), put `OPENROUTER_API_KEY=…` into `.env` and start the bot again.",
    ].join("\n"),
  "no-such-model": noSuchModel,
  "seen-elsewhere": () =>
    "I cannot ask that model: moderators added it, and it is not on OpenRouter. Its card (`/models show`) says where it was seen.",
  "no-such-question": () => "I no longer know that question. Ask anew with `/ask-model`.",
  "no-such-listing": () =>
    "I cannot ask that model beside it: it is not in the catalogue now. Pick one from the list that opens while you type.",
  "no-prompt": () => "There is no question in it. Write what the model should answer.",
  "prompt-too-long": ({ mostCharacters }) =>
    `That question is too long. Use at most ${count(mostCharacters)} characters.`,
  "asked-before": () => "You asked that just now; its answer is in the channel.",
  "member-busy": () => "Your last question is still being answered. Wait for its end, or press Stop under it.",
  "member-limit": ({ most, freeAt }) => `You have asked ${counted(most, "question")} within an hour. ${back(freeAt)}`,
  "failed-limit": ({ most, freeAt }) =>
    `${counted(most, "question")} of yours have failed within an hour. They took none of your own, but the bot's key paid for each, so I try no more for now. ${back(freeAt)}`,
  "account-too-young": tooYoungTo("ask models"),
  "open-again": ({ modelName }) =>
    `The settlement of ${bold(modelName, shown.modelName)} was taken back, so it is a riddle again. Ask it with \`/ask-model\`.`,
  "no-confirmed-listing": () =>
    "What that model turned out to be is not in OpenRouter's catalogue now, so I cannot ask it.",
  "server-limit": ({ most, freeAt }) =>
    `This server has asked ${counted(most, "question")} within a day, which is all it may. ${back(freeAt)}`,
  "server-off": () =>
    "Questions are switched off in this server. Members with Manage Server change that: `/setup questions-per-day`.",
  "host-busy": () => "All places for questions are taken at this moment. Try again in half a minute.",
  "host-limit": ({ per, most, freeAt }) =>
    `The bot has asked ${counted(most, "question")} within a ${per}, for all its servers together, which is all its key may. ${back(freeAt)}`,
  "no-room-for-two": () =>
    "A comparison takes two questions, and the limits leave room for one. Leave `compare-with` out.",
  "key-resting": ({ freeAt }) => `OpenRouter wants a pause from the bot's key. ${back(freeAt)}`,
  "costs-money": () =>
    "That model costs money, and the host has set no budget for it. Ask one that is free. (For the host: `QUESTIONS_USD_PER_MONTH`.)",
  "costs-too-much": ({ usdPerMonth }) =>
    `That may cost more than all the host spends on questions in a month (${usd(usdPerMonth)}). Ask a model that is free, or in a conversation begun anew.`,
  "month-spent": ({ usdPerMonth, freeAt }) =>
    `What the host spends on questions a month (${usd(usdPerMonth)}) does not cover this one any more. Free models can be asked; for others: ${back(freeAt)}`,
  "role-barred": ({ roleId }) => `Members with the role ${roles([roleId])} may not ask models here.`,
  "role-needed": ({ roleIds }) => `Only members with one of these roles may ask models here: ${roles(roleIds)}.`,
  "channel-barred": () => "Models may not be asked in this channel. Try another.",
  "other-channel": ({ channelIds }) => `Models may be asked only in ${channels(channelIds)}.`,
} satisfies WordsFor<PlainRefusal>;

/**
 * Why a question was not asked, and what to do next. It has cost nothing.
 *
 * @param names those of the server, where a settlement may be told
 */
export function askRefusal(refusal: AskRefusal, names: LabNames = registryNames): MessageView {
  if (refusal.reason === "settled") return settledAnswer(refusal, names);
  return { content: fittingLines(wordsFor<PlainRefusal>(refusals, refusal, names).split("\n"), 2000) };
}

/** Said where the bot itself lacks permissions. */
export const botLacks: MessageView = {
  content:
    "I cannot answer in this channel. I need View Channel, Send Messages (in threads: Send Messages in Threads), Embed Links and Attach Files here.",
};

const stopRefusals = {
  "no-such-question": "I no longer know that question.",
  "not-yours": "Only who asked, and moderators, can stop an answer.",
  over: "That answer is over already.",
} as const;

/** Why an answer was not stopped. */
export function stopRefusal(reason: keyof typeof stopRefusals): MessageView {
  return { content: stopRefusals[reason] };
}

const later = (at: Date | null) => (at === null ? "Try again later." : `Try again ${moment(at, "R")}.`);

const failures = {
  revealed: ({ sentence, officialName }) =>
    [
      `It is no longer anonymous. OpenRouter says: “${escaped(sentence, 300)}”`,
      ...(officialName === null ? [] : [`It is now called ${bold(officialName, shown.modelName)}.`]),
      "Moderators settle the guesses with `/settle confirm`.",
    ].join(" "),
  "not-served": () => "Nobody serves this model at the moment: it is gone from OpenRouter, or paused. Try again later.",
  "privacy-settings": () =>
    "The host's OpenRouter account does not allow providers that keep what they are asked, and this model's does. For the host: allow it at <https://openrouter.ai/settings/privacy>.",
  "key-refused": () => "OpenRouter does not accept the bot's key. For the host: set a valid `OPENROUTER_API_KEY`.",
  "no-credit": () =>
    "The host's OpenRouter account is in debt, and then even free models do not answer. For the host: add credits at <https://openrouter.ai/settings/credits>.",
  "key-limit": ({ per, retryAt }) =>
    `OpenRouter lets the bot's key ask no more questions this ${per}. ${later(retryAt)}`,
  moderated: ({ flagged }) =>
    `The model's provider refused the question${flagged.length === 0 ? "" : `, as it touches on ${escaped(flagged.slice(0, 5).join(", "), 100)}`}. Ask it in other words.`,
  "too-long": () => "Question and conversation are longer than the model takes. Ask anew, or shorter.",
  "provider-busy": ({ retryAfterSeconds }) =>
    `The model has too many questions from everywhere at the moment. Try again in ${retryAfterSeconds === null ? "a few minutes" : counted(Math.max(1, Math.ceil(retryAfterSeconds)), "second")}.`,
  "provider-failed": () => "The model's provider reported an error of its own. Try again in a while.",
  empty: () => "The model ended without saying a word. Try again, or ask differently.",
  cut: () => "The connection to the model broke. Try again.",
  "timed-out": () => "The model took too long. Try again later, or ask for less.",
  unreachable: () => "OpenRouter could not be reached. Try again in a while.",
  unreadable: () => "What OpenRouter sent back could not be read. Try again in a while.",
  stopped: () => "It was stopped.",
} satisfies WordsFor<ChatFailure>;

/** Why there is no answer, or not all of it. */
export function failureText(failure: ChatFailure): string {
  return wordsFor<ChatFailure>(failures, failure, registryNames);
}
