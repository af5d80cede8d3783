import type { App } from "../app.ts";
import { whyTooYoung } from "../domain/account-age.ts";
import { cardWaitMs } from "../domain/card.ts";
import { cleanLines, oneLine } from "../domain/clean-text.ts";
import {
  type AddEvidenceAnswer,
  type Evidence,
  type EvidenceKind,
  type EvidenceRefusal,
  type EvidenceSource,
  evidenceLimits,
  type Stance,
  standsHidden,
  takesEvidence,
} from "../domain/evidence.ts";
import { linkIn, normaliseLink, readLink } from "../domain/evidence-link.ts";
import type { Attachment, KeptFile } from "../domain/kept-file.ts";
import type { Member } from "../domain/member.ts";
import { bringsBack, saysTheSame } from "../domain/same-evidence.ts";
import { readSuspect } from "../domain/suspect.ts";
import { markCard } from "../storage/cards.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueInThread } from "../storage/deliveries.ts";
import { insertEvidence, readByKey, readOwnPieces, readPiece } from "../storage/evidence.ts";
import { countOfMember, countSince } from "../storage/evidence-limits.ts";
import { type MarketWithModel, readMarket } from "../storage/markets.ts";
import { nameMember } from "../storage/members.ts";
import { labsOfRows, readServerLabs } from "../storage/server-labs.ts";
import { lockServer, readServerRow } from "../storage/servers.ts";
import { currentTime } from "./current-time.ts";
import { fitIntoDay, keepFiles, takeBackUnfiled } from "./keep-files.ts";

const dayMs = 86_400_000;

export type EvidenceRequest = {
  /** What makes it count once: the interaction's id. */
  readonly key: string;
  readonly serverId: string;
  readonly member: Member;
  readonly modelId: number;
  /** Any of a lab's names. */
  readonly lab: string;
  readonly stance: Stance;
  readonly kind: EvidenceKind;
  readonly text: string;
  /** Null: the first link in the text, if there is one. */
  readonly link: string | null;
  readonly files: readonly Attachment[];
  readonly source: EvidenceSource | null;
};

/** What a request says, read: everything but its files is checked before any of them is downloaded. */
type Read = {
  readonly lab: string;
  readonly text: string;
  readonly link: string | null;
  readonly market: MarketWithModel;
};

/**
 * Files a piece of evidence: keeps copies of its files, and owes it to the model's thread if there is one. The same key
 * gives the same piece again. Files that could not be kept are named in the piece with the reason; they take nothing of
 * the rest with them, unless there is no rest.
 */
export async function addEvidence(app: App, request: EvidenceRequest): Promise<AddEvidenceAnswer> {
  const given = await readByKey(app.db, request.key);
  if (given) return { added: true, evidence: given };
  const read = await readRequest(app, request);
  if ("reason" in read) return { added: false, refusal: read };
  // Asked before anything is downloaded too: what is refused must not fill the disk.
  const early = request.files.length === 0 ? null : await transact(app.db, (tx) => tooManyNow(app, tx, request, read));
  if (early) return { added: false, refusal: early };
  // Downloads take seconds: nothing is locked meanwhile, and all that may change is asked for again below.
  const kept = await keepFiles(app, request.serverId, request.files);
  const files = kept.map(({ file }) => file);
  const bare = whyBare(request, read, files);
  if (bare) return { added: false, refusal: bare };
  // After an error nobody knows whether it was written: then the copies stay, and are swept up if it was not.
  const answer = await transact(app.db, (tx) => write(app, tx, request, read, files));
  const isRefused = "reason" in answer;
  if (!isRefused) app.owed.ring();
  await takeBackUnfiled(app, kept, isRefused ? [] : answer.files);
  return isRefused ? { added: false, refusal: answer } : { added: true, evidence: answer };
}

/** Files alone were given, and none of them is kept. */
function whyBare(
  { source }: EvidenceRequest,
  { text, link }: Read,
  files: readonly KeptFile[],
): EvidenceRefusal | null {
  const isBare = text === "" && link === null && source === null;
  return isBare && files.every(({ sha256 }) => sha256 === null) ? { reason: "no-file-kept", files } : null;
}

async function readRequest(app: App, request: EvidenceRequest): Promise<Read | EvidenceRefusal> {
  const { serverId, modelId } = request;
  const [market, own, server, at] = await Promise.all([
    readMarket(app.db, serverId, modelId),
    readServerLabs(app.db, serverId),
    readServerRow(app.db, serverId),
    currentTime(app),
  ]);
  if (!market) return { reason: "no-such-model" };
  const barred = whyClosed(market) ?? whyTooYoung(request.member, server?.minimumAccountDays ?? 0, at);
  if (barred) return barred;
  const reading = readSuspect(request.lab, labsOfRows(own));
  if (reading.suspect?.kind === "other") return { reason: "other-is-no-lab" };
  if (reading.suspect?.kind !== "lab") return { reason: "no-such-lab", typed: oneLine(request.lab) };
  const text = cleanLines(request.text, evidenceLimits.textLines);
  const characters = [...text].length;
  const mostCharacters = evidenceLimits.textCharacters;
  if (characters > mostCharacters) return { reason: "text-too-long", characters, mostCharacters };
  const typed = request.link?.trim() ?? "";
  const link =
    typed === "" ? linkIn(text, evidenceLimits.linkCharacters) : readLink(typed, evidenceLimits.linkCharacters);
  if (typed !== "" && link === null) return { reason: "bad-link", typed: oneLine(typed) };
  const isNothing = text === "" && link === null && request.files.length === 0 && request.source?.kind !== "question";
  return isNothing ? { reason: "nothing-given" } : { lab: reading.suspect.lab, text, link, market };
}

async function tooManyNow(app: App, tx: Transaction, request: EvidenceRequest, { market }: Read) {
  const { serverId, modelId, member } = request;
  const at = app.clock(await readDatabaseTime(tx));
  return whyTooMany(tx, { serverId, modelId, memberId: member.memberId }, market.model.name, at);
}

function whyClosed({ state, builders, model }: MarketWithModel): EvidenceRefusal | null {
  if (takesEvidence(state)) return null;
  return state === "settled"
    ? { reason: "model-settled", modelName: model.name, builders: builders ?? [] }
    : { reason: "model-void", modelName: model.name };
}

async function write(
  app: App,
  tx: Transaction,
  request: EvidenceRequest,
  read: Read,
  given: readonly KeptFile[],
): Promise<Evidence | EvidenceRefusal> {
  const { key, serverId, modelId, member, stance, kind, source } = request;
  const { lab, text, link } = read;
  const { memberId } = member;
  const at = app.clock(await readDatabaseTime(tx));
  // One after the other in a server: two at the same moment must both see what the limits look at.
  const { minimumAccountDays } = await lockServer(tx, serverId, at);
  const before = await readByKey(tx, key);
  if (before) return before;
  const market = await readMarket(tx, serverId, modelId);
  if (!market) return { reason: "no-such-model" };
  const files = await fitIntoDay(tx, serverId, given, at);
  const refusal =
    whyClosed(market) ??
    whyTooYoung(member, minimumAccountDays, at) ??
    (await whyTooMany(tx, { serverId, modelId, memberId }, market.model.name, at)) ??
    whyBare(request, read, files);
  if (refusal) return refusal;
  const substance = { lab, stance, text, link, hashes: hashesOf(files) };
  const own = await readOwnPieces(tx, { serverId, modelId, memberId });
  const hidden = own.find((piece) => standsHidden(piece) && bringsBack(substance, piece));
  if (hidden) return { reason: "hidden-before", evidenceId: hidden.evidenceId, hiddenReason: hidden.hiddenReason };
  const same = own.find((piece) => saysTheSame(substance, piece));
  if (same) return { reason: "same-again", evidenceId: same.evidenceId };
  await nameMember(tx, { serverId, memberId, name: member.name });
  const evidenceId = await insertEvidence(
    tx,
    {
      key,
      serverId,
      modelId,
      memberId,
      lab,
      stance,
      kind,
      text,
      link,
      linkKey: link === null ? null : normaliseLink(link),
      ...sourceColumns(source),
      at,
    },
    files,
  );
  if (evidenceId === null) throw new Error(`the key ${key} made a piece in another server`);
  await markCard(tx, request, new Date(at.getTime() + cardWaitMs));
  await queueInThread(tx, { serverId, modelId, evidenceId, dueAt: at });
  const piece = await readPiece(tx, serverId, evidenceId);
  if (!piece) throw new Error(`evidence ${evidenceId} is gone`);
  return piece;
}

async function whyTooMany(
  tx: Transaction,
  of: { serverId: string; modelId: number; memberId: string },
  modelName: string,
  at: Date,
): Promise<EvidenceRefusal | null> {
  const { perMemberAndModel, perServerAndDay } = evidenceLimits;
  if ((await countOfMember(tx, of)) >= perMemberAndModel) {
    return { reason: "member-limit", most: perMemberAndModel, modelName };
  }
  const today = await countSince(tx, of.serverId, new Date(at.getTime() - dayMs));
  return today >= perServerAndDay ? { reason: "server-limit", most: perServerAndDay } : null;
}

function hashesOf(files: readonly KeptFile[]): string[] {
  return files.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256]));
}

function sourceColumns(source: EvidenceSource | null) {
  if (source === null) return {};
  if (source.kind === "question") return { questionId: source.questionId };
  const { channelId, messageId, authorId, authorName } = source;
  return {
    sourceChannelId: channelId,
    sourceMessageId: messageId,
    sourceAuthorId: authorId,
    sourceAuthorName: oneLine(authorName),
  };
}
