import { rules } from "../../domain/rules.ts";
import { seasonLabel } from "../../domain/season.ts";
import type { SettledCall, StandingGuess, TrackRecord } from "../../domain/track-record.ts";
import { callText, type LabNames, labList } from "./lab-words.ts";
import type { MessageView } from "./message.ts";
import { count, counted, moment, percent, points } from "./numbers.ts";
import { bold, escaped, fittingLines, shown } from "./text.ts";

function standingLine(guess: StandingGuess, names: LabNames, own: boolean): string {
  const call = callText({ lab: guess.lab, name: guess.unknownName }, names);
  const model = bold(guess.modelName, shown.modelName);
  const frozen = guess.state === "frozen" ? " · frozen" : "";
  const called = guess.callPrice === null ? "" : `at ${percent(guess.callPrice)}, `;
  const odds = `${called}now ${percent(guess.priceNow)}`;
  const worth = own ? ` · pays ${count(guess.paysPoints)} · worth ${count(guess.worthPoints)}` : "";
  return `${model}: ${call} ${odds}${worth} · ${moment(guess.calledAt, "R")}${frozen}`;
}

function settledLine(call: SettledCall, names: LabNames): string {
  const model = bold(call.modelName, shown.modelName);
  const said = callText({ lab: call.lab, name: call.unknownName }, names);
  const odds = call.callPrice === null ? "" : ` at ${percent(call.callPrice)}`;
  return call.right
    ? `✓ ${model}: ${said}${odds} · **${call.score.toFixed(1)}**`
    : `✗ ${model}: ${said}; ${labList(call.builders, names)} built it`;
}

function walletLine(season: string, wallet: number, why = ""): string {
  const below =
    wallet < 0 ? " A late guess was taken back after it had been paid. New stakes wait until it is above zero." : "";
  return `Wallet for ${seasonLabel(season)}${why}: **${points(wallet)}**.${below}`;
}

/** The wallet of the season, and those of earlier ones as long as guesses on models of then stand. */
function walletLines({ season, walletPoints, pastWallets }: TrackRecord): string[] {
  return [
    walletLine(season, walletPoints ?? rules.bankrollPoints),
    ...pastWallets.map((past) => walletLine(past.season, past.points, ", for models that came then")),
  ];
}

/**
 * A member's record here.
 *
 * @param own whether it is the reader's own: only then the wallet and what guesses pay are shown
 */
export function profileView(record: TrackRecord, names: LabNames, { own }: { own: boolean }): MessageView {
  const standing = record.standing.map((guess) => standingLine(guess, names, own));
  const more = record.standingCount - record.standing.length;
  const lines = [
    ...(own ? walletLines(record) : []),
    record.calls === 0
      ? "No settled calls yet."
      : `Right: **${count(record.hits)} of ${count(record.calls)}** settled calls.`,
    ...(record.best ? [`Best call: ${settledLine(record.best, names)}`] : []),
    "",
    `**Standing guesses**: ${record.standingCount === 0 ? "none" : count(record.standingCount)}`,
    ...standing,
    ...(more > 0 ? [`… and ${counted(more, "older one")}`] : []),
    ...(record.settled.length > 0
      ? ["", "**Settled**", ...record.settled.map((call) => settledLine(call, names))]
      : []),
    ...(own && record.standingCount === 0
      ? ["", "`/guess` places one; the first on every model is on the house."]
      : []),
  ];
  return { embeds: [{ title: escaped(record.name, shown.memberName), description: fittingLines(lines, 4000) }] };
}
