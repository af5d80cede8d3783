import type { App } from "../app.ts";
import type { EvidenceDraft } from "../domain/evidence-draft.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { putDraft, readDraft } from "../storage/evidence-votes.ts";

/** Discord's links are gone by then too. */
const keptMs = 86_400_000;

type Whose = { readonly draftId: string; readonly serverId: string; readonly memberId: string };

/** Keeps what a member gave of a piece so far, for a day. Asking twice keeps it once. */
export async function keepDraft(app: App, whose: Whose, draft: EvidenceDraft): Promise<void> {
  await transact(app.db, async (tx) => {
    const at = app.clock(await readDatabaseTime(tx));
    await putDraft(tx, { ...whose, draft, at }, new Date(at.getTime() - keptMs));
  });
}

/** What they gave; null if it is not theirs, not of this server, or gone. */
export async function openDraft(app: App, whose: Whose): Promise<EvidenceDraft | null> {
  return readDraft(app.db, whose);
}
