import type { MadeDecision } from "../../domain/claimed-delivery.ts";
import type { TaughtName } from "../../domain/name-lab.ts";
import type { DecisionAnswer, SettlementPosition, SettlementSummary } from "../../domain/settlement.ts";
import { callText, type LabNames, labList } from "./lab-words.ts";
import { button, buttonRow, type MessageView } from "./message.ts";
import { count, counted, moment, percent, points, signed } from "./numbers.ts";
import { address, bold, escaped, fittingLines, shown } from "./text.ts";

const mostContent = 2000;

function position(at: SettlementPosition, names: LabNames): string {
  if (at.lab === null) return "no guess that counts";
  return `${callText({ lab: at.lab, name: null }, names)}, paid ${points(at.payoutPoints)}`;
}

function lateWords(summary: SettlementSummary): string | null {
  if (summary.lateTrades === 0) return null;
  return `Too late, undone and refunded: ${counted(summary.lateTrades, "action")} of ${counted(summary.lateMembers, "member")}`;
}

function paidLines(summary: SettlementSummary): string[] {
  return summary.top.map(
    (each) =>
      `${escaped(each.name, shown.memberName)}: ${count(each.payoutPoints)} (own stake ${count(each.costPoints)})`,
  );
}

function facts(summary: SettlementSummary, names: LabNames): string[] {
  const { firstRight } = summary;
  const lines = [
    `Built by: ${labList(summary.builders, names)}`,
    `Published: ${moment(summary.publishedAt, "F")}`,
    `Source: ${address(summary.source)}`,
    `Guesses that count: ${count(summary.callers)}, right: ${count(summary.right)}`,
    firstRight &&
      `First to say it: ${bold(firstRight.name, shown.memberName)}, ${moment(firstRight.calledAt, "F")}, at ${percent(firstRight.callPrice)}`,
    `Paid: ${points(summary.paidPoints)} to ${counted(summary.paidMembers, "member")}`,
    lateWords(summary),
  ];
  return lines.filter((line) => typeof line === "string");
}

/** What confirming would do, before it is done; with the settler's own stake in it. */
export function settlementPreview(previewId: number, summary: SettlementSummary, names: LabNames): MessageView {
  const own = summary.settler;
  const late = own.latePoints === 0 ? "" : ` Your own late actions: ${signed(own.latePoints)} to your wallet.`;
  const lines = [
    `**Preview**: settle ${bold(summary.modelName, shown.modelName)}. Nothing is done yet.`,
    ...facts(summary, names),
    `You: ${position(own, names)}.${late} The result will say so.`,
    "Whatever was done from the time of publication on is undone. Check that time.",
    ...(summary.top.length > 0 ? ["", "**Largest payouts**", ...paidLines(summary)] : []),
  ];
  return {
    content: fittingLines(lines, mostContent),
    components: [
      buttonRow(button("Confirm", "settle-yes", previewId, "good"), button("Cancel", "settle-no", previewId)),
    ],
  };
}

/** What moderators decided, for the whole channel. */
export function decisionMessage({ answer, byName, transactionId }: MadeDecision, names: LabNames): MessageView {
  if (!answer.done) throw new Error(`the decision ${transactionId} was refused`);
  return "summary" in answer
    ? settlementResult(answer.summary, transactionId, names)
    : decisionResult(answer, transactionId, byName);
}

/** By its button a message is found again: the key also holds which decision it is about. */
function details(modelId: number, transactionId: number) {
  return buttonRow(button("Details", "details-then", `${modelId}.${transactionId}`));
}

/** The result, with the name and the own position of who settled. */
function settlementResult(summary: SettlementSummary, transactionId: number, names: LabNames): MessageView {
  const again = summary.revision > 1 ? ` (decision ${count(summary.revision)})` : "";
  const lines = [
    `${bold(summary.modelName, shown.modelName)} is settled${again}.`,
    ...facts(summary, names),
    `Settled by ${bold(summary.settler.name, shown.memberName)}: ${position(summary.settler, names)}.`,
    ...(summary.top.length > 0 ? ["", "**Largest payouts**", ...paidLines(summary)] : []),
    "",
    "`/leaderboard` shows who is ahead now.",
  ];
  return {
    content: fittingLines(lines, mostContent),
    components: [details(summary.modelId, transactionId)],
  };
}

/** @param saidIn the channel the result goes to */
export function settlementDone(saidIn: string): MessageView {
  return { content: `Done. The result goes to <#${escaped(saidIn, 20)}>.` };
}

export const settlementCancelled: MessageView = { content: "Cancelled. Nothing was settled." };

type Decision = Extract<DecisionAnswer, { done: true }>;

const decided = {
  void: (decision) => `was called off. All points went back to ${counted(decision.touchedMembers, "member")}.`,
  reopen: (decision) =>
    `was reopened: its decision is taken back for ${counted(decision.touchedMembers, "member")}. It stays frozen until it is settled again or unfrozen.`,
  freeze: () => "is frozen: no guesses for now.",
  unfreeze: () => "is open again for guesses.",
} satisfies Record<Decision["kind"], (decision: Decision) => string>;

/** A moderator's decision, with name and reason. */
function decisionResult(decision: Decision, transactionId: number, moderatorName: string): MessageView {
  return {
    content: [
      `${bold(decision.modelName, shown.modelName)} ${decided[decision.kind](decision)}`,
      `By ${bold(moderatorName, shown.memberName)}: ${escaped(decision.reason, shown.reason)}`,
    ].join("\n"),
    components: [details(decision.modelId, transactionId)],
  };
}

/** @param saidIn the channel the decision is told in */
export function decisionDone(saidIn: string): MessageView {
  return { content: `Done. It is told in <#${escaped(saidIn, 20)}>.` };
}

/** What became of a name nobody knew, for the moderator who said whose it is. */
export function nameTaught({ name, labName, what }: TaughtName): MessageView {
  const lab = bold(labName, shown.labName);
  return {
    content: [
      what === "new-lab"
        ? `${lab} is a lab of this server now. It gets odds of its own on a model when somebody guesses it there.`
        : `“${escaped(name, shown.typed)}” is another name of ${lab} in this server now.`,
      `Guesses that gave this name count as guesses on ${lab}. Whoever made one keeps its time and odds by saying ${lab} with \`/guess\` now.`,
    ].join("\n"),
  };
}
