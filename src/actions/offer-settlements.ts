import type { App } from "../app.ts";
import { labBySlug } from "../domain/lab.ts";
import { type Transaction, transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import {
  addCandidates,
  type CandidateRow,
  type NewCandidate,
  oweCandidates,
  readKnownFacts,
  renewForModerators,
} from "../storage/reveals.ts";
import {
  changeCandidate,
  countSettlements,
  isAnyDecided,
  type Settlements,
  takeDecided,
} from "../storage/settled-elsewhere.ts";

const mostAtOnce = 100;
/** A number that changed is edited after this, with all that happens meanwhile: a thousand servers may settle in an hour, and one may settle and reopen all day. */
const editAfterMs = 10 * 60_000;
/**
 * Labs of one model that settlements elsewhere are told of, ever, so that nobody floods other servers. For each one more
 * as many more servers must agree at once: those who settle, reopen and settle again to another lab gain nothing by it.
 */
const mostPerModel = 3;

/**
 * Makes what servers settled a candidate in the others, whose moderators judge for themselves, and keeps the number of
 * servers that agree: settlements and reopenings since the last time count. Only that number leaves a server, and the
 * middle one of the times given: neither names, nor sources, nor who settled. Messages that say what is so no longer are
 * edited: one that no other server holds to any more lapses. All of it or nothing; two processes share the work.
 *
 * @returns whether there was anything to do
 */
export async function offerSettlements(app: App): Promise<boolean> {
  if (!(await isAnyDecided(app.db))) return false;
  return transact(app.db, async (tx) => {
    const decided = await takeDecided(tx, mostAtOnce);
    if (decided.length === 0) return false;
    const at = app.clock(await readDatabaseTime(tx));
    await countAgain(tx, [...new Set(decided.map(({ modelId }) => modelId))], at);
    // Where it was decided the moderators' messages say so; where it was reopened there may be candidates it never saw.
    await renewForModerators(tx, { markets: decided }, at);
    await oweCandidates(tx, { serverIds: [...new Set(decided.map(({ serverId }) => serverId))] }, at);
    return true;
  });
}

async function countAgain(tx: Transaction, modelIds: readonly number[], at: Date): Promise<void> {
  const known = (await readKnownFacts(tx, modelIds)).filter(({ kind }) => kind === "settled");
  const counted = await countSettlements(tx, modelIds);
  const countOf = ({ modelId, fact }: CandidateRow) =>
    counted.find((one) => one.modelId === modelId && factOf(one.builders) === fact) ?? null;
  const changed = known.flatMap((row) => {
    const now = countOf(row);
    const servers = now?.servers ?? 0;
    const isSame = servers === row.servers && (!now || now.publishedAt.getTime() === row.publishedAt.getTime());
    return isSame ? [] : [{ row, servers, publishedAt: now?.publishedAt ?? row.publishedAt }];
  });
  for (const { row, servers, publishedAt } of changed) {
    await changeCandidate(tx, row.candidateId, { servers, publishedAt });
  }
  const changedIds = changed.map(({ row }) => row.candidateId);
  await renewForModerators(tx, { candidateIds: changedIds }, new Date(at.getTime() + editAfterMs));
  await oweCandidates(tx, { candidateIds: changedIds }, at);
  await addCandidates(tx, newAmong(counted, known, at), at);
}

/** What is settled somewhere and told nowhere yet. Labs that only one server knows mean nothing elsewhere. */
function newAmong(counted: readonly Settlements[], known: readonly CandidateRow[], at: Date): NewCandidate[] {
  const told = new Map<number, number[]>();
  for (const { modelId, servers } of known) told.set(modelId, [...(told.get(modelId) ?? []), servers]);
  return counted.flatMap(({ modelId, builders, servers, publishedAt }): NewCandidate[] => {
    const fact = factOf(builders);
    const before = told.get(modelId) ?? [];
    if (known.some((one) => one.modelId === modelId && one.fact === fact)) return [];
    if (builders.some((slug) => !labBySlug(slug))) return [];
    if (before.length >= mostPerModel && servers <= Math.max(before.length - mostPerModel + 1, ...before)) return [];
    told.set(modelId, [...before, servers]);
    const labs = [...builders];
    return [
      {
        modelId,
        kind: "settled",
        fact,
        labs,
        score: 0.5,
        publishedAt,
        publishedHow: "elsewhere",
        servers,
        foundAt: at,
      },
    ];
  });
}

function factOf(builders: readonly string[]): string {
  return `settled:${builders.join("+")}`;
}
