import type { RunningPoll, VoteEvent } from "./poll.ts";

/**
 * The polls that run, in memory: every vote in every poll of every server comes by, and only those in ours are worth a
 * query. Votes also come before a poll's message is written down; they are kept for a moment.
 */
export type RunningPolls = {
  of(messageId: string): RunningPoll | null;
  all(): readonly RunningPoll[];
  /** Puts a poll in. Returns the votes that came before it was known. */
  put(poll: RunningPoll): VoteEvent[];
  forget(messageId: string): void;
  /** Keeps a vote in a poll nobody knows, which may be ours in a moment. */
  hold(event: VoteEvent, nowMs: number): void;
  /** Notes that votes of a poll are to be read back: now if one was lost, soon if one came late or without a name. */
  askToRead(pollId: number, when: "now" | "soon"): void;
  /** What was noted since the last time. */
  takeAsked(): { pollId: number; when: "now" | "soon" }[];
  /** Notes that a member has something to be told; `takeUntold` says so once. */
  owe(serverId: string, memberId: string): void;
  takeUntold(serverId: string, memberId: string): boolean;
};

/** A message is written down within seconds; votes in polls of others are many. */
const heldForMs = 60_000;
const mostHeld = 200;
const mostHeldEach = 500;
const mostUntold = 50_000;

/** An empty memory. */
export function createRunningPolls(): RunningPolls {
  const polls = new Map<string, RunningPoll>();
  const untold = new Set<string>();
  /** Votes by the message they came for, the oldest message first. */
  const held = new Map<string, { events: VoteEvent[]; sinceMs: number }>();
  let asked = new Map<number, "now" | "soon">();
  return {
    of: (messageId) => polls.get(messageId) ?? null,
    all: () => [...polls.values()],
    put(poll) {
      polls.set(poll.messageId, poll);
      const early = held.get(poll.messageId)?.events ?? [];
      held.delete(poll.messageId);
      return early;
    },
    forget: (messageId) => void polls.delete(messageId),
    hold(event, nowMs) {
      for (const [messageId, { sinceMs }] of held) {
        if (nowMs - sinceMs <= heldForMs && held.size < mostHeld) break;
        held.delete(messageId);
      }
      const before = held.get(event.messageId) ?? { events: [], sinceMs: nowMs };
      held.set(event.messageId, before);
      if (before.events.length < mostHeldEach) before.events.push(event);
    },
    askToRead(pollId, when) {
      if (asked.get(pollId) !== "now") asked.set(pollId, when);
    },
    takeAsked() {
      const taken = [...asked].map(([pollId, when]) => ({ pollId, when }));
      asked = new Map();
      return taken;
    },
    owe(serverId, memberId) {
      if (untold.size < mostUntold) untold.add(`${serverId}/${memberId}`);
    },
    takeUntold: (serverId, memberId) => untold.delete(`${serverId}/${memberId}`),
  };
}
