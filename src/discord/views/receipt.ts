import { OTHER } from "../../domain/lab.ts";
import type { GuessReceipt } from "../../domain/receipt.ts";
import { rules } from "../../domain/rules.ts";
import { seasonLabel } from "../../domain/season.ts";
import { callText, type LabNames, labText, someoneElse } from "./lab-words.ts";
import { button, buttonRow, type MessageView } from "./message.ts";
import { moment, percent, points } from "./numbers.ts";
import { bold, shown } from "./text.ts";

/** A receipt whose guess stands: not that of a withdrawal. */
type Standing = GuessReceipt & { call: NonNullable<GuessReceipt["call"]> };

function stands(receipt: GuessReceipt): receipt is Standing {
  return receipt.call !== null;
}

const said = { placed: "you say", raised: "you still say", moved: "you now say", withdrawn: "you said" } as const;

/** What was bought by this very action. */
function boughtLine(receipt: Standing): string {
  const parts = [
    receipt.stakedFreePoints > 0 ? `${points(receipt.stakedFreePoints)} from the house` : "",
    receipt.stakedOwnPoints > 0 ? `${points(receipt.stakedOwnPoints)} of your own` : "",
  ].filter((part) => part !== "");
  if (parts.length > 0) return `${receipt.what === "raised" ? "Added" : "Staked"}: ${parts.join(" and ")}.`;
  if (receipt.stakeRoomPoints === 0 && (receipt.priceNow ?? 0) >= rules.lowestPrice) {
    return `Nothing was staked: from ${percent(rules.highestPrice)} on there is nothing left to buy. Your call counts all the same.`;
  }
  if ((receipt.priceNow ?? 1) < rules.lowestPrice) {
    return "Nothing was staked: its odds are too small to buy any. Your call counts all the same.";
  }
  if (receipt.guessOnly) return "Your call counts: this server plays without stakes.";
  return "No points are on it. Your call counts all the same; Raise adds points.";
}

function oddsLine(receipt: Standing): string {
  const called = receipt.callPrice === null ? "" : `Your call stands at odds of **${percent(receipt.callPrice)}**`;
  const since = receipt.calledAt === null ? "" : `, since ${moment(receipt.calledAt, "f")}`;
  const now = receipt.priceNow === null ? "" : `; they are ${percent(receipt.priceNow)} now`;
  return `${called}${since}${now}.`;
}

/** A model opened in an earlier season is paid from, and pays into, that season's wallet. */
function walletLine({ walletPoints, pastSeason }: GuessReceipt): string {
  const whose = pastSeason ? ` for ${seasonLabel(pastSeason)}, when this model came` : "";
  return `Left in your wallet${whose}: ${points(walletPoints)}.`;
}

function ridesLine(receipt: Standing, names: LabNames): string | null {
  const { call } = receipt;
  if (call.outcome !== OTHER) return null;
  if (call.lab === OTHER && call.name === null) {
    return `“${someoneElse}” is right if the builder had no odds of its own when you said it.`;
  }
  if (call.lab === OTHER) {
    return `I do not know that name, so your guess rides on “${someoneElse}” and keeps it. Only you and the moderators see it.`;
  }
  return `${labText(call.lab, names)} has no odds of its own here, so your guess rides on “${someoneElse}”. It is right only if ${labText(call.lab, names)} built it.`;
}

function lines(receipt: Standing, names: LabNames, fresh: boolean): string[] {
  const listed =
    receipt.listed !== null &&
    `You are the first to name ${labText(receipt.listed, names)}: it now has odds of its own.`;
  const clipped =
    receipt.clippedPoints > 0 &&
    (receipt.priceNow ?? 1) >= rules.lowestPrice &&
    `${points(receipt.clippedPoints)} of your stake stay in your wallet: stakes end where the odds reach ${percent(rules.highestPrice)}.`;
  const returned =
    receipt.returnedPoints > 0 && `Your own points on the lab you left came back: ${points(receipt.returnedPoints)}.`;
  const all = [
    `${bold(receipt.modelName, shown.modelName)}: ${said[receipt.what]} ${callText(receipt.call, names)} built it.`,
    fresh && returned,
    fresh && boughtLine(receipt),
    fresh && clipped,
    oddsLine(receipt),
    receipt.paysPoints > 0 && `If you are right it pays **${points(receipt.paysPoints)}**.`,
    fresh && listed,
    ridesLine(receipt, names),
    receipt.ownStakePoints > 0 &&
      `Your own points in it: ${points(receipt.ownStakePoints)}.${receipt.closed ? "" : ` Taking it back now returns ${points(receipt.worthPoints)}.`}`,
    walletLine(receipt),
  ];
  return all.filter((line): line is string => typeof line === "string");
}

/**
 * What a member is told of their own guess, with what they can do next.
 *
 * @param fresh whether the receipt is of an action just done, and not looked up later
 * @param isShared whether it was shared already, so that Share is not pressed twice by mistake
 */
export function receiptView(
  receipt: GuessReceipt,
  names: LabNames,
  { fresh = true, isShared = false } = {},
): MessageView {
  const { modelId } = receipt;
  if (!stands(receipt)) {
    const content = [
      `${bold(receipt.modelName, shown.modelName)}: your guess is withdrawn.`,
      `Your own points that came back: ${points(receipt.returnedPoints)}.`,
      walletLine(receipt),
      "You may guess again. The time of your call then starts anew.",
    ].join("\n");
    return { content, components: [buttonRow(button("Guess again", "guess-here", modelId, "main"))] };
  }
  const isClosed = receipt.closed !== null;
  const full = isClosed || receipt.ownCostPoints >= rules.ownCapPoints || receipt.stakeRoomPoints === 0;
  return {
    content: lines(receipt, names, fresh).join("\n"),
    components: [
      buttonRow(
        // Where nobody stakes it could only fail.
        ...(receipt.guessOnly ? [] : [button("Raise", "raise", modelId, "main", full)]),
        button("Withdraw", "withdraw", modelId, "plain", isClosed),
        button("Add evidence", "add-evidence", modelId),
        button("Share", "share-guess", modelId, "plain", isShared),
      ),
    ],
  };
}

/** Asks before a guess is taken back: on a phone Withdraw is a thumb's width from Raise, and an early call cannot be had again. */
export function withdrawQuestion(receipt: GuessReceipt, names: LabNames): MessageView {
  const { modelId } = receipt;
  const call = receipt.call === null ? "" : ` on ${callText(receipt.call, names)}`;
  const since =
    receipt.calledAt === null
      ? ""
      : ` It has stood since ${moment(receipt.calledAt, "f")}; the time of a new guess would start anew.`;
  return {
    content: [
      `Take back your guess${call} for ${bold(receipt.modelName, shown.modelName)}?`,
      `It returns ${points(receipt.worthPoints)}.${since}`,
    ].join("\n"),
    components: [
      buttonRow(button("Yes, withdraw", "withdraw-yes", modelId, "danger"), button("Keep it", "keep", modelId)),
    ],
  };
}

/** A guess its author shows to the channel. A name nobody knows stays with its author. */
export function sharedReceipt(receipt: GuessReceipt, memberName: string, names: LabNames): MessageView {
  const call = receipt.call === null ? "nobody" : callText({ ...receipt.call, name: null }, names);
  const now = receipt.priceNow === null ? "" : ` (${percent(receipt.priceNow)} now)`;
  // The odds of a name nobody knows would tell that there is one, and so would odds that only such a guess lacks.
  const isSecret = receipt.call?.lab === OTHER;
  const odds = receipt.callPrice === null || isSecret ? "" : `\nCalled at odds of ${percent(receipt.callPrice)}${now}.`;
  return {
    content: `${bold(memberName, shown.memberName)} says ${call} built ${bold(receipt.modelName, shown.modelName)}.${odds}\nIf right it pays ${points(receipt.paysPoints)}.`,
    components: [
      buttonRow(
        button("Guess too", "guess-here", receipt.modelId, "main"),
        button("Details", "details", receipt.modelId),
      ),
    ],
  };
}

/** Said where a button needs a guess of the presser's own. */
export const noGuessYet: MessageView = {
  content: "You have no guess on this model. `/guess` places one; the first on every model is on the house.",
};
