import type { App } from "../app.ts";
import { transact } from "../storage/database.ts";
import { lockLongLeft, removeServer } from "../storage/forget-server.ts";
import { noteDecided, readSettledModels } from "../storage/settled-elsewhere.ts";
import { currentTime } from "./current-time.ts";

/** How long a server that removed the bot may change its mind. */
export const keepLeftDays = 90;
const dayMs = 86_400_000;
/** The others wait for the next day. */
const mostAtOnce = 20;

/**
 * Removes all there is of servers that removed the bot long ago, one after the other. Returns how many. What they settled
 * is counted again for the others: nobody that is forgotten agrees with anything.
 */
export async function forgetServers(app: App): Promise<number> {
  const before = new Date((await currentTime(app)).getTime() - keepLeftDays * dayMs);
  for (let forgotten = 0; forgotten < mostAtOnce; forgotten += 1) {
    const serverId = await transact(app.db, async (tx) => {
      const found = await lockLongLeft(tx, before);
      if (found === null) return null;
      const settled = await readSettledModels(tx, found);
      await removeServer(tx, found);
      for (const modelId of settled) await noteDecided(tx, { serverId: found, modelId });
      return found;
    });
    if (serverId === null) return forgotten;
    app.log.info({ serverId }, "a server that was left long ago is forgotten");
  }
  return mostAtOnce;
}
