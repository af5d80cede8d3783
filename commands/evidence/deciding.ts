import { MessageFlags } from "discord.js";
import { decideEvidence } from "../../src/actions/decide-evidence.ts";
import { voteEvidence } from "../../src/actions/vote-evidence.ts";
import type { App } from "../../src/app.ts";
import type { Answer, Filled, Pressed, Typed } from "../../src/discord/command.ts";
import { numberIn } from "../../src/discord/custom-id.ts";
import { readForm } from "../../src/discord/evidence-options.ts";
import * as view from "../../src/discord/views/evidence.ts";
import { reasonForm } from "../../src/discord/views/evidence-forms.ts";
import { evidenceBarred } from "../../src/discord/views/evidence-refusals.ts";
import { moderatorsOnly } from "../../src/discord/views/notices.ts";
import { whoActs } from "../../src/discord/who-acts.ts";
import type { EvidenceVote } from "../../src/domain/evidence.ts";
import { namesIn, readerOf, showPiece } from "./reading.ts";

export async function withdraw(interaction: Typed | Pressed, app: App, evidenceId: number): Promise<Answer> {
  const names = namesIn(interaction, app);
  const answer = await decideEvidence(app, { ...whoActs(interaction), kind: "withdraw", evidenceId, reason: null });
  return answer.done
    ? { show: view.evidenceWithdrawn(answer.piece, names) }
    : { aside: evidenceBarred(answer.refusal, names) };
}

export async function moderate(
  interaction: Typed | Filled,
  app: App,
  wish: { kind: "hide" | "restore"; evidenceId: number; reason: string },
): Promise<Answer> {
  const { moderates: isModerator } = await readerOf(interaction, app);
  if (!isModerator) return { aside: moderatorsOnly };
  const answer = await decideEvidence(app, { ...whoActs(interaction), ...wish });
  if (!answer.done) return { aside: evidenceBarred(answer.refusal, namesIn(interaction, app)) };
  const isGone = wish.kind === "restore" && answer.piece.state === "withdrawn";
  return showPiece(interaction, app, wish.evidenceId, view.notes[isGone ? "allow" : wish.kind]);
}

/** A vote, pressed under a piece in its thread or in a private reply: the piece shows its new count at once. */
export const votes = (vote: EvidenceVote) =>
  ({
    acknowledge: "same-message",
    async run(interaction: Pressed, key: string, app: App): Promise<Answer> {
      const names = namesIn(interaction, app);
      const answer = await voteEvidence(app, { ...whoActs(interaction), evidenceId: numberIn(key), vote });
      if (!answer.done) return { aside: evidenceBarred(answer.refusal, names) };
      const aside = view.voteCounted(answer.piece, answer.vote, answer.what);
      // Its files are where they were.
      const given = { piece: answer.piece, copies: [], missing: [] };
      if (!interaction.message.flags.has(MessageFlags.Ephemeral)) {
        return { show: view.withWhatStays(view.evidenceMessage(given, names), interaction.message.content), aside };
      }
      const reader = await readerOf(interaction, app);
      return { show: view.withFilesAsTheyAre(view.evidenceView(given, names, reader)), aside };
    },
  }) as const;

export const asksReason = (kind: "hide" | "restore") => ({
  opens: (_: Pressed, key: string) => reasonForm(kind, key),
});

export const hasReason = (kind: "hide" | "restore") =>
  ({
    acknowledge: "same-message",
    run: (interaction: Filled, key: string, app: App) =>
      moderate(interaction, app, { kind, evidenceId: numberIn(key), reason: readForm(interaction).reason }),
  }) as const;
