import { listEvidence } from "../../src/actions/list-evidence.ts";
import { modelMeant, orRefreshed } from "../../src/actions/refresh-models.ts";
import { readServer } from "../../src/actions/set-up-server.ts";
import { showEvidence } from "../../src/actions/show-evidence.ts";
import type { App } from "../../src/app.ts";
import type { Answer, Filled, Picked, Pressed, Typed } from "../../src/discord/command.ts";
import { readKind } from "../../src/discord/evidence-options.ts";
import { evidenceView } from "../../src/discord/views/evidence.ts";
import { type EvidencePlace, evidenceBoardView, readEvidenceKey } from "../../src/discord/views/evidence-board.ts";
import { evidenceBarred, evidenceRefusal } from "../../src/discord/views/evidence-refusals.ts";
import { labNames, registryNames } from "../../src/discord/views/lab-words.ts";
import { moderates, whoActs } from "../../src/discord/who-acts.ts";
import type { Lab } from "../../src/domain/lab.ts";
import { readSuspect } from "../../src/domain/suspect.ts";

export type Acting = Typed | Pressed | Picked | Filled;

/** What this server calls labs. */
export const namesIn = (interaction: Acting, app: App) => labNames(app.models.of(interaction.guildId).labs);

export const noSuchModel = { show: evidenceRefusal({ reason: "no-such-model" }, registryNames) };

/** Who reads, asked at every press: a role may be gone since the last one. */
export async function readerOf(interaction: Acting, app: App) {
  const { serverId, member } = whoActs(interaction);
  const { settings } = await readServer(app, serverId);
  return { memberId: member.memberId, moderates: moderates(interaction, settings) };
}

export async function showPiece(interaction: Acting, app: App, evidenceId: number, note?: string): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  const reader = await readerOf(interaction, app);
  const answer = await showEvidence(app, { serverId, evidenceId, reader });
  const names = namesIn(interaction, app);
  return {
    show: answer.done ? evidenceView(answer.shown, names, reader, note) : evidenceBarred(answer.refusal, names),
  };
}

export async function showBoard(interaction: Acting, app: App, place: EvidencePlace): Promise<Answer> {
  const { serverId } = whoActs(interaction);
  const board = await listEvidence(app, { serverId, ...place });
  return board ? { show: evidenceBoardView(board, namesIn(interaction, app)) } : noSuchModel;
}

function labTyped(typed: string, labs: readonly Lab[]): string | null {
  const { suspect } = readSuspect(typed, labs);
  return suspect?.kind === "lab" ? suspect.lab : null;
}

export async function listTyped(interaction: Typed, app: App): Promise<Answer> {
  const { options, guildId } = interaction;
  const model = await modelMeant(app, guildId, options.getString("model", true));
  if (!model) return noSuchModel;
  const typed = options.getString("lab");
  const lab =
    typed === null ? null : await orRefreshed(app, guildId, () => labTyped(typed, app.models.of(guildId).labs));
  if (typed !== null && lab === null) {
    return { show: evidenceRefusal({ reason: "no-such-lab", typed }, registryNames) };
  }
  const kind = readKind(options.getString("kind"));
  return showBoard(interaction, app, { modelId: model.modelId, lab, kind, page: 1 });
}

export function turn(interaction: Pressed, key: string, app: App): Promise<Answer> {
  const place = readEvidenceKey(key);
  if (!place) throw new Error(`not the key of an evidence board: ${key}`);
  return showBoard(interaction, app, place);
}
