import type { TooYoung } from "../../domain/account-age.ts";
import type { NamingRefusal } from "../../domain/name-lab.ts";
import type { AddingRefusal } from "../../domain/own-model.ts";
import type { GuessAnswer } from "../../domain/receipt.ts";
import { rules } from "../../domain/rules.ts";
import type { DecisionRefusal } from "../../domain/settlement.ts";
import { type LabNames, labList, labText, registryNames } from "./lab-words.ts";
import type { MessageView } from "./message.ts";
import { counted, moment, points } from "./numbers.ts";
import { bold, escaped, shown } from "./text.ts";

/** For every reason a refusal can have, the words for it. */
export type WordsFor<Refusal extends { reason: string }> = {
  [Reason in Refusal["reason"]]: (refusal: Extract<Refusal, { reason: Reason }>, names: LabNames) => string;
};

/** The words for a refusal. */
export function wordsFor<Refusal extends { reason: string }>(
  words: WordsFor<Refusal>,
  refusal: Refusal,
  names: LabNames,
): string {
  const say = words[refusal.reason as Refusal["reason"]] as (refusal: Refusal, names: LabNames) => string;
  return say(refusal, names);
}

/** The same as a message. */
export function inWords<Refusal extends { reason: string }>(
  words: WordsFor<Refusal>,
  refusal: Refusal,
  names: LabNames,
): MessageView {
  return { content: wordsFor(words, refusal, names) };
}

/** Why an account may not do something yet. */
export const tooYoungTo =
  (doThis: string) =>
  ({ minimumDays, readyAt }: TooYoung): string =>
    `Accounts must be ${counted(minimumDays, "day")} old to ${doThis} here. Yours will be ${moment(readyAt, "R")}.`;

export const noSuchModel = () =>
  "I know no such model here. Pick one from the list that opens while you type, or see `/models show`.";

const model = (name: string) => bold(name, shown.modelName);

export type GuessRefused = Extract<GuessAnswer, { placed: false }>["refusal"];

const guessWords = {
  "no-such-model": noSuchModel,
  "guessed-already": ({ lab }, names) =>
    `You have guessed **${labText(lab, names)}** already, and a vote does not change that. \`/guess\` does.`,
  "vote-stands": () => "Your vote stands as it was.",
  "market-frozen": ({ modelName }) =>
    `${model(modelName)} is frozen by the moderators. Nothing can be guessed, raised or withdrawn until they open it again.`,
  "market-settled": ({ modelName, builders }, names) =>
    `${model(modelName)} is settled: ${labList(builders, names)} built it. See \`/models show\` for those still open.`,
  "market-void": ({ modelName }) =>
    `${model(modelName)} was called off and everybody got their points back. See \`/models show\` for others.`,
  "nothing-to-withdraw": () =>
    "You have no guess on this model, so there is nothing to take back. `/guess` places one.",
  "nothing-new": ({ lab }, names) =>
    `You stand on **${labText(lab, names)}** already. To put more on it, press Raise or give a \`stake\`.`,
  "own-by-now": ({ lab }, names) =>
    `You stand on **${labText(lab, names)}**, by your vote so far. From now on the guess is your own: taking the vote back no longer takes it back. To put more on it, press Raise or give a \`stake\`.`,
  "over-cap": ({ capPoints, roomPoints }) =>
    roomPoints > 0
      ? `At most ${points(capPoints)} of your own may be on one model. You can still add ${points(roomPoints)}.`
      : `You have ${points(capPoints)} of your own on this model already, which is the most.`,
  "wallet-short": ({ walletPoints, neededPoints }) =>
    walletPoints > 0
      ? `That takes ${points(neededPoints)}, and your wallet holds ${points(walletPoints)}. Try a smaller stake, or leave it out: a guess needs none.`
      : `Your wallet is at ${points(walletPoints)}. Leave the stake out: a guess needs none. Wallets are filled up to ${rules.topUpToPoints} every week, unless they are below zero.`,
  "guess-only": () => "This server plays without stakes. Leave `stake` out: your guess counts all the same.",
  "no-name": () => "I could not read that name. Pick a lab from the list, or type its name in letters.",
  "name-too-long": ({ mostCharacters }) => `That name is too long. Use at most ${mostCharacters} characters.`,
  "account-too-young": tooYoungTo("guess"),
} satisfies WordsFor<GuessRefused>;

/** Why a guess was not placed, and what to do next. */
export function guessRefusal(refusal: GuessRefused, names: LabNames): MessageView {
  return inWords<GuessRefused>(guessWords, refusal, names);
}

const alreadyWords = {
  open: "is open. There is nothing to undo.",
  frozen: "is frozen already. `/settle unfreeze` opens it again, `/settle confirm` settles it.",
  settled: "is settled. `/settle reopen` takes that back.",
  void: "was called off. `/settle reopen` takes that back.",
} satisfies Record<Extract<DecisionRefusal, { reason: "already" }>["state"], string>;

/** How long a link may be, which is kept and shown as browsers send it. */
export const linkLength =
  "of at most 500 characters once it is written out (an `é` becomes `%C3%A9` and counts as six)";

const timeFormats = "`2026-03-18 19:54` (UTC), `2026-03-18T19:54:00+01:00`, Unix seconds, or `<t:1773863640>`";

const decisionWords = {
  "no-such-model": noSuchModel,
  "no-such-lab": ({ typed }) =>
    `I know no lab called “${escaped(typed, shown.typed)}”. Pick one from the list that opens while you type, or teach me the name with \`/settle name-lab\`.`,
  "same-lab-twice": () => "Both labs are the same. Leave `second-lab` out if one lab built it.",
  "other-is-no-lab": () => "“Someone else” cannot have built it. Name the lab that did, even if nobody guessed it.",
  "no-reason": () => "I could not read the reason. Everybody is told it: give it in letters.",
  "bad-source": () => `The source must be a web address that begins with \`https://\` or \`http://\`, ${linkLength}.`,
  "bad-time": ({ typed }) => `I cannot read “${escaped(typed, shown.typed)}” as a time. Write ${timeFormats}.`,
  "in-the-future": ({ publishedAt }) =>
    `${moment(publishedAt, "F")} is still to come. Give the time the source was published.`,
  "before-opening": ({ openedAt, publishedAt }) =>
    [
      `The source is from ${moment(publishedAt, "F")}. Guessing opened later, ${moment(openedAt, "F")}.`,
      "Nobody could have guessed before it was known, so this cannot be paid. `/settle void` gives everybody their points back.",
    ].join("\n"),
  already: ({ state, modelName }) => `${model(modelName)} ${alreadyWords[state]}`,
  "changed-since": ({ modelName }) =>
    `${model(modelName)} was decided by somebody else since this preview. Run \`/settle confirm\` again if it should still be done.`,
} satisfies WordsFor<DecisionRefusal>;

/** Why a model was not settled, voided, reopened, frozen or unfrozen, and what to do next. */
export function decisionRefusal(refusal: DecisionRefusal, names: LabNames): MessageView {
  return inWords<DecisionRefusal>(decisionWords, refusal, names);
}

const namingWords = {
  "no-name": () => "I could not read that name. Type it in letters.",
  "name-too-long": ({ mostCharacters }) => `That name is too long. Use at most ${mostCharacters} characters.`,
  "means-someone-else": () =>
    "That is how members say “Someone else”, so no lab can be called it. Give the lab's own name.",
  "already-known": ({ name, labName }) =>
    `“${escaped(name, shown.typed)}” is known here already: it is ${bold(labName, shown.labName)}. Nothing was changed.`,
  "no-such-lab": ({ typed }) =>
    `I know no lab called “${escaped(typed, shown.typed)}”. For \`same-as\` pick one from the list that opens while you type, or leave it out to make the name a lab of its own.`,
  "too-many": ({ mostNames }) => `This server has taught me ${mostNames} names already, which is the most.`,
} satisfies WordsFor<NamingRefusal>;

/** Why a name was not made a lab's, and what to do next. */
export function namingRefusal(refusal: NamingRefusal): MessageView {
  return inWords<NamingRefusal>(namingWords, refusal, registryNames);
}

const addingWords = {
  "no-name": () => "I could not read that name. Type it in letters.",
  "name-too-long": ({ mostCharacters }) => `That name is too long. Use at most ${mostCharacters} characters.`,
  "bad-link": () =>
    `The link must be a web address that begins with \`https://\` or \`http://\`, ${linkLength}: where members can see the model.`,
  "already-here": ({ name }) =>
    `${model(name)} is here already, see \`/models show\`. If it is another one, give it another name.`,
  "too-many": ({ mostModels }) =>
    `This server has ${mostModels} models of its own open, which is the most. Settle one or call it off first.`,
} satisfies WordsFor<AddingRefusal>;

/** Why a model was not added, and what to do next. */
export function addingRefusal(refusal: AddingRefusal): MessageView {
  return inWords<AddingRefusal>(addingWords, refusal, registryNames);
}
