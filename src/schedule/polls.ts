import {
  forgetPolls,
  leavePoll,
  type PollInHand,
  passOnReadings,
  readAgain,
  recordVoters,
  takePoll,
} from "../actions/look-after-polls.ts";
import { recordVote } from "../actions/record-vote.ts";
import { tellVotes } from "../actions/tell-votes.ts";
import type { App } from "../app.ts";
import { isConnected } from "../discord/client.ts";
import type { DiscordClient } from "../discord/deliveries.ts";
import type { Line } from "../discord/line.ts";
import { listenToPolls } from "../discord/poll-events.ts";
import { endPoll, readVoters } from "../discord/poll-requests.ts";
import type { MessageView } from "../discord/views/message.ts";
import { votesInVain } from "../discord/views/poll.ts";
import type { Turn } from "../domain/pace.ts";

/** Logs votes as they happen. Put on a client before anything can arrive. */
export function hearPolls(client: DiscordClient, app: App): { stop(): Promise<void> } {
  const atWork = new Set<Promise<void>>();
  const begin = (what: string, work: () => Promise<void>) => {
    const job = work()
      .catch((err: unknown) => app.log.error({ err }, what))
      .finally(() => atWork.delete(job));
    atWork.add(job);
  };
  const listening = listenToPolls(client, {
    voted: (event) => begin("a vote was not logged", () => recordVote(app, event)),
    gone: (isGone) => begin("polls that are gone could not be noted", () => forgetPolls(app, isGone)),
    missed: (serverId) => begin("polls could not be made due to be read", () => readAgain(app, serverId)),
  });
  return {
    async stop() {
      listening.stop();
      await Promise.all(atWork);
    },
  };
}

/** What a member is told, below the answer to whatever they did next, of votes that count for nothing; null for nearly all. */
export async function noticesFor(app: App, who: { serverId: string; memberId: string }): Promise<MessageView | null> {
  const votes = await tellVotes(app, who);
  return votes.length === 0 ? null : votesInVain(votes);
}

/**
 * Reads back the votes of polls whose events may have been lost, and ends those that are over, one poll after the other:
 * members' interactions and deliveries need Discord's patience more.
 */
export async function lookAfterPolls(app: App, client: DiscordClient, turn: Turn, signal: AbortSignal): Promise<void> {
  await passOnReadings(app);
  const line = { client, turn, signal };
  while (!signal.aborted && isConnected(client)) {
    const taken = await takePoll(app);
    if (!taken) return;
    await lookAfter(app, line, taken);
  }
}

/** A poll Discord says nothing of now stays in hand, and is taken up again when that time is over. */
async function lookAfter(app: App, line: Line, taken: PollInHand): Promise<void> {
  const { poll, isOver, isDecided } = taken;
  const asked = isOver ? await endPoll(line, poll) : null;
  // Of a model that is decided no vote counts any more.
  const read = asked?.kind === "ended" && isDecided ? asked : await readVoters(line, poll);
  if (read.kind === "later") return;
  if (read.kind === "read") await recordVoters(app, taken, read.voters);
  const isEnded = read.kind === "gone" || isOver;
  await leavePoll(app, taken, isEnded ? "ended" : read.kind === "hidden" ? "hidden" : "read");
}
