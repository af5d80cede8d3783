import type { App } from "../app.ts";
import { seasonOf, weekOf } from "../domain/season.ts";
import { transact } from "../storage/database.ts";
import { readWalletSeasons, topUp } from "../storage/wallets.ts";
import { currentTime } from "./current-time.ts";

/**
 * The weekly top-up, once per server, season and ISO week however often it is asked for: a bot that was off on Monday
 * makes up for it when it is back. What fails in one server keeps no other from its own. Returns how many wallets were filled.
 *
 * @throws AggregateError at the end, with what failed
 */
export async function topUpWallets(app: App): Promise<number> {
  const now = await currentTime(app);
  let filled = 0;
  const failures: unknown[] = [];
  for (const { serverId, season } of await readWalletSeasons(app.db, seasonOf(now))) {
    const key = `top-up:${weekOf(now)}:${serverId}:${season}`;
    try {
      filled += (await transact(app.db, (tx) => topUp(tx, { serverId, season }, key, now))) ?? 0;
    } catch (err) {
      app.log.error({ err, serverId, season }, "the wallets of a server were not topped up");
      failures.push(err);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} servers were not topped up`);
  return filled;
}
