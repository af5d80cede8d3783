import { and, eq, inArray, lt, sql } from "drizzle-orm";
import type { Db, Transaction } from "./database.ts";
import { evidence, evidenceFiles } from "./schema.ts";

type EvidenceRow = typeof evidence.$inferSelect;
type FileRow = typeof evidenceFiles.$inferSelect;

/** Others alike that are pointed out with a piece. */
const mostAlike = 3;

/** Earlier pieces with the same link or file as these, by id: found through their indexes. */
export async function readAlike(
  db: Db | Transaction,
  rows: readonly EvidenceRow[],
  files: readonly FileRow[],
): Promise<Map<number, number[]>> {
  const serverIds = [...new Set(rows.map(({ serverId }) => serverId))];
  const links = [...new Set(rows.flatMap(({ linkKey }) => (linkKey === null ? [] : [linkKey])))];
  const hashes = [...new Set(files.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])))];
  if (links.length + hashes.length === 0) return new Map();
  const shown = and(inArray(evidence.serverId, serverIds), eq(evidence.state, "shown"));
  const last = Math.max(...rows.map(({ evidenceId }) => evidenceId));
  const ofServer = { evidenceId: evidence.evidenceId, serverId: evidence.serverId };
  const linked =
    links.length === 0
      ? []
      : await db
          .select({ ...ofServer, mark: sql<string>`${evidence.linkKey}` })
          .from(evidence)
          .where(and(shown, inArray(evidence.linkKey, links), lt(evidence.evidenceId, last)))
          .orderBy(evidence.evidenceId)
          .limit(500);
  const filed =
    hashes.length === 0
      ? []
      : await db
          .select({ ...ofServer, mark: sql<string>`${evidenceFiles.sha256}` })
          .from(evidenceFiles)
          .innerJoin(evidence, eq(evidence.evidenceId, evidenceFiles.evidenceId))
          .where(
            and(
              shown,
              inArray(evidenceFiles.serverId, serverIds),
              inArray(evidenceFiles.sha256, hashes),
              lt(evidence.evidenceId, last),
            ),
          )
          .orderBy(evidence.evidenceId)
          .limit(500);
  return new Map(
    rows.map((row) => {
      const marks = new Set<string | null>([
        row.linkKey,
        ...files.filter(({ evidenceId }) => evidenceId === row.evidenceId).map(({ sha256 }) => sha256),
      ]);
      const others = [...linked, ...filed].filter(
        (other) => other.evidenceId < row.evidenceId && other.serverId === row.serverId && marks.has(other.mark),
      );
      const ids = [...new Set(others.map(({ evidenceId }) => evidenceId))].sort((a, b) => a - b);
      return [row.evidenceId, ids.slice(0, mostAlike)] as const;
    }),
  );
}
