import type { App } from "../app.ts";
import { type RunningPoll, type VoteEvent, voteRefusals } from "../domain/poll.ts";
import type { GuessAnswer } from "../domain/receipt.ts";
import type { VoteWish } from "./ballots.ts";

/**
 * Logs a vote in one of our polls as a free guess, or takes that back, among the guesses that arrive at the same time.
 * Never rejects: a vote that could not be written is read back with the list of voters. Votes in other polls are passed over.
 */
export async function recordVote(app: App, event: VoteEvent): Promise<void> {
  const poll = app.polls.of(event.messageId);
  if (!poll) {
    app.polls.hold(event, app.elapsedMs());
    return;
  }
  const { pollId } = poll;
  const { kind, answer, memberId, name, createdAt } = event;
  const member = { memberId, name: name ?? "", createdAt };
  try {
    await castVote(app, poll, member, { kind, pollId, answer, changes: null });
    // The gateway says who voted by number alone; the list of voters has names.
    if (name === null && kind === "vote") app.polls.askToRead(pollId, "soon");
  } catch (err) {
    app.log.error({ err, pollId }, "a vote could not be written; it will be read from the list of voters");
    app.polls.askToRead(pollId, "now");
  }
}

/** Puts a vote among the guesses, and notes what its member has to be told. */
export async function castVote(
  app: App,
  { pollId, serverId, modelId }: RunningPoll,
  member: { memberId: string; name: string; createdAt: Date },
  wish: VoteWish,
): Promise<GuessAnswer> {
  // Its own key is given to it under the market's lock, where it is known how often this vote has changed.
  const key = `vote:${pollId}:${member.memberId}`;
  const answer = await app.guesses.add({ key, serverId, modelId, member, wish });
  if (answer.placed) return answer;
  const { refusal } = answer;
  const isInVain = wish.kind === "vote" && voteRefusals.some((reason) => reason === refusal.reason);
  if (isInVain || (refusal.reason === "vote-stands" && refusal.isOwed)) app.polls.owe(serverId, member.memberId);
  return answer;
}
