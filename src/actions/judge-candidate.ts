import type { App } from "../app.ts";
import type { Member } from "../domain/member.ts";
import type { CandidateRefusal, RevealCandidate } from "../domain/reveal.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { nameMember } from "../storage/members.ts";
import { dismissCandidate, readCandidates } from "../storage/reveals.ts";

type Of = { readonly serverId: string; readonly candidateId: number };

/** A candidate as one server sees it now; null if it is about no model of this server. */
export async function showCandidate(app: App, request: Of): Promise<RevealCandidate | null> {
  const [found] = await readCandidates(app.db, [request]);
  return found?.candidate ?? null;
}

/** What a settlement would go by. */
export type CandidateTerms = {
  readonly modelId: number;
  readonly lab: string;
  readonly secondLab: string | null;
  /** Null where a moderator has to give one. */
  readonly source: string | null;
  readonly publishedAt: Date;
};

/**
 * What a candidate says as the terms of a settlement, if it still stands in this server. Whether the model can be settled
 * at all is for the preview to say.
 */
export async function termsOf(
  app: App,
  request: Of,
): Promise<
  { readonly done: true; readonly terms: CandidateTerms } | { readonly done: false; readonly refusal: CandidateRefusal }
> {
  const candidate = await showCandidate(app, request);
  if (!candidate) return { done: false, refusal: { reason: "no-such-candidate" } };
  const { modelName, standing, labs, modelId, source, publishedAt } = candidate;
  if (standing.kind === "dismissed")
    return { done: false, refusal: { reason: "dismissed", by: standing.by, modelName } };
  if (standing.kind === "lapsed") return { done: false, refusal: { reason: "lapsed", modelName } };
  const [lab, secondLab = null] = labs;
  if (lab === undefined) return { done: false, refusal: { reason: "no-known-lab", modelName } };
  return { done: true, terms: { modelId, lab, secondLab, source, publishedAt } };
}

/**
 * Notes that a moderator says it is not this one, for good; of two the first is kept. One that is decided or has lapsed
 * is left as it is. Returns it as it is then; null if it is about no model of this server.
 */
export async function refuseCandidate(app: App, request: Of & { member: Member }): Promise<RevealCandidate | null> {
  const { serverId, candidateId, member } = request;
  return transact(app.db, async (tx) => {
    const [found] = await readCandidates(tx, [{ serverId, candidateId }]);
    if (found?.candidate.standing.kind !== "waits") return found?.candidate ?? null;
    const { memberId, name } = member;
    const at = app.clock(await readDatabaseTime(tx));
    await nameMember(tx, { serverId, memberId, name });
    await dismissCandidate(tx, { serverId, candidateId, memberId, at });
    const [then] = await readCandidates(tx, [{ serverId, candidateId }]);
    return then?.candidate ?? null;
  });
}
