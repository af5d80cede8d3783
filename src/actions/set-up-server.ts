import type { App } from "../app.ts";
import { openToAll } from "../domain/question-access.ts";
import { type QuestionSettings, usualServerPerDay } from "../domain/question-limits.ts";
import type { ServerSettings, ServerTrouble } from "../domain/server.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { queueDeliveries } from "../storage/deliveries.ts";
import { readTroubles, tryAgain } from "../storage/delivery-troubles.ts";
import { holdCatalogue } from "../storage/listings.ts";
import { oweCandidates } from "../storage/reveals.ts";
import { changeServer, lockServer, readServerRow, type ServerRow } from "../storage/servers.ts";

const mostTroubles = 25;

/** A server's settings from its row; what is usual where nobody set anything. */
export function settingsOf(serverId: string, row: ServerRow | null, questions: QuestionSettings): ServerSettings {
  return {
    serverId,
    announcementChannelId: row?.announcementChannelId ?? null,
    pingRoleId: row?.pingRoleId ?? null,
    moderatorRoleId: row?.moderatorRoleId ?? null,
    moderatorChannelId: row?.moderatorChannelId ?? null,
    threadPerModel: row?.threadPerModel ?? false,
    pollPerModel: row?.pollPerModel ?? false,
    guessOnly: row?.guessOnly ?? false,
    minimumAccountDays: row?.minimumAccountDays ?? 0,
    questionsPerDay: row?.questionsPerDay ?? usualServerPerDay(questions),
    questionAccess: row?.questionAccess ?? openToAll,
  };
}

/** What /setup keeps for a server, and the messages to its channel that could not be delivered, latest first. */
export async function readServer(
  app: App,
  serverId: string,
): Promise<{ settings: ServerSettings; troubles: ServerTrouble[] }> {
  const [row, troubles] = await Promise.all([
    readServerRow(app.db, serverId),
    readTroubles(app.db, serverId, mostTroubles),
  ]);
  return { settings: settingsOf(serverId, row, app.questions), troubles };
}

/** Settings to save; a number of questions that is null is as many as usual from now on. */
export type ServerChanges = Partial<Omit<ServerSettings, "serverId" | "questionsPerDay">> & {
  readonly questionsPerDay?: number | null;
};

/**
 * Saves settings; what is not given stays. The first announcement channel of a server is sent one summary of the models
 * open there. While there is a channel of either kind, saving anything makes what could not be delivered due again, and
 * candidates that are not told yet.
 */
export async function saveServer(app: App, serverId: string, changes: ServerChanges): Promise<ServerSettings> {
  return transact(app.db, async (tx) => {
    // A read of the catalogue that does not see the new channel must be over before the summary is made.
    if (changes.announcementChannelId) await holdCatalogue(tx);
    const now = app.clock(await readDatabaseTime(tx));
    const before = await lockServer(tx, serverId, now);
    await changeServer(tx, serverId, changes);
    const settings = settingsOf(serverId, { ...before, ...changes }, app.questions);
    if (settings.announcementChannelId !== null || settings.moderatorChannelId !== null) {
      await tryAgain(tx, serverId, now);
      await oweCandidates(tx, { serverIds: [serverId] }, now);
    }
    if (settings.announcementChannelId !== null) {
      await queueDeliveries(tx, [{ key: `summary:${serverId}`, kind: "summary", serverId, dueAt: now }]);
    }
    return settings;
  });
}
