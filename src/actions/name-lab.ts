import type { App } from "../app.ts";
import { decideNaming, type NamingAnswer } from "../domain/name-lab.ts";
import { markBoardBehind, readSeasons } from "../storage/boards.ts";
import { transact } from "../storage/database.ts";
import { readDatabaseTime } from "../storage/database-time.ts";
import { countMemoryChange } from "../storage/memory-changes.ts";
import { labsOfRows, putServerLab, readServerLabs } from "../storage/server-labs.ts";
import { lockServer } from "../storage/servers.ts";
import { loadModels } from "./load-models.ts";

/**
 * Teaches a server a name the registry does not know: as a lab of its own, or as a further name of a lab. Calls on that
 * name are calls on the lab from then on, in settled models too, so the boards with any are built anew; points paid
 * stay as they are. Needs no key: the same taught twice is answered the same.
 *
 * @param request.sameAs the lab it is another name of, by any of its names; null for a lab of its own
 */
export async function nameLab(
  app: App,
  request: { serverId: string; name: string; sameAs: string | null },
): Promise<NamingAnswer> {
  const { serverId, name, sameAs } = request;
  const answer = await transact(app.db, async (tx): Promise<NamingAnswer> => {
    // Of two names at the same moment the second must see the first: they may be the same.
    await lockServer(tx, serverId, app.clock(await readDatabaseTime(tx)));
    const decided = decideNaming(name, sameAs, labsOfRows(await readServerLabs(tx, serverId)));
    if ("reason" in decided) return { done: false, refusal: decided };
    if (decided.lab === null) return decided.answer;
    await putServerLab(tx, serverId, decided.lab);
    for (const { season, settledMarkets } of await readSeasons(tx, serverId)) {
      if (settledMarkets > 0) await markBoardBehind(tx, serverId, season);
    }
    // Counted with what is taught: nothing else would ever tell other processes of it.
    await countMemoryChange(tx, serverId);
    return decided.answer;
  });
  if (answer.done) await loadModels(app, serverId);
  return answer;
}
