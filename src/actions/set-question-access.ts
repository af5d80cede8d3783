import type { App } from "../app.ts";
import { type AccessChange, changedAccess, openToAll, type QuestionAccess } from "../domain/question-access.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { changeServer, lockServer } from "../storage/servers.ts";

/**
 * Allows or bars roles and channels for questions, all of these changes or none; false if a list is full.
 *
 * @param wish.reset first allows everybody, or everywhere
 */
export async function setQuestionAccess(
  app: App,
  serverId: string,
  wish: { readonly changes: readonly AccessChange[]; readonly reset: "roles" | "channels" | null },
): Promise<boolean> {
  return transact(app.db, async (tx) => {
    const row = await lockServer(tx, serverId, app.clock(await readDatabaseTime(tx)));
    let access: QuestionAccess | null = row.questionAccess ?? openToAll;
    if (wish.reset === "roles") access = { ...access, allowedRoleIds: [], barredRoleIds: [] };
    if (wish.reset === "channels") access = { ...access, allowedChannelIds: [], barredChannelIds: [] };
    for (const change of wish.changes) access = access && changedAccess(access, change);
    if (access) await changeServer(tx, serverId, { questionAccess: access });
    return access !== null;
  });
}
