import type { App } from "../app.ts";
import type { VoteInVain } from "../domain/poll.ts";
import { takeUntold } from "../storage/votes.ts";
import { currentTime } from "./current-time.ts";

/**
 * What a member has to be told of votes that count for nothing, once a poll; empty for nearly everybody, without asking
 * the database.
 */
export async function tellVotes(app: App, who: { serverId: string; memberId: string }): Promise<VoteInVain[]> {
  if (!app.polls.takeUntold(who.serverId, who.memberId)) return [];
  try {
    return await takeUntold(app.db, { ...who, at: await currentTime(app) });
  } catch (err) {
    app.log.error({ err }, "what a member has to be told of votes could not be read; it waits for the next time");
    app.polls.owe(who.serverId, who.memberId);
    return [];
  }
}
