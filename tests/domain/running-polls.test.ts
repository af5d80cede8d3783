import { expect, it } from "vitest";
import type { RunningPoll, VoteEvent } from "../../src/domain/poll.ts";
import { createRunningPolls } from "../../src/domain/running-polls.ts";

const poll = (messageId: string): RunningPoll => ({
  pollId: Number(messageId),
  serverId: "100",
  modelId: 1,
  channelId: "110",
  messageId,
  labs: ["xiaomi", "other"],
});
const vote = (messageId: string, memberId: string): VoteEvent => ({
  kind: "vote",
  messageId,
  memberId,
  answer: 1,
  name: null,
  createdAt: new Date("2020-02-02T02:02:02Z"),
});

it("votes that come before their poll is known wait for it a minute, and no longer", () => {
  const polls = createRunningPolls();
  polls.hold(vote("7", "ann"), 0);
  polls.hold(vote("8", "bob"), 30_000);
  polls.hold(vote("8", "cid"), 61_000);
  expect(polls.put(poll("7"))).toEqual([]);
  expect(polls.put(poll("8")).map(({ memberId }) => memberId)).toEqual(["bob", "cid"]);
  expect(polls.put(poll("8"))).toEqual([]);
  expect(polls.of("8")).toEqual(poll("8"));
});

it("votes in the polls of others are not kept without end", () => {
  const polls = createRunningPolls();
  for (let message = 1; message <= 300; message++) polls.hold(vote(String(message), "ann"), 0);
  for (let member = 0; member < 600; member++) polls.hold(vote("300", String(member)), 0);
  expect(polls.put(poll("1"))).toEqual([]);
  expect(polls.put(poll("300"))).toHaveLength(500);
});

it("a poll that is to be read now is not put off by one that can wait", () => {
  const polls = createRunningPolls();
  polls.askToRead(1, "soon");
  polls.askToRead(1, "now");
  polls.askToRead(1, "soon");
  polls.askToRead(2, "soon");
  expect(polls.takeAsked()).toEqual([
    { pollId: 1, when: "now" },
    { pollId: 2, when: "soon" },
  ]);
  expect(polls.takeAsked()).toEqual([]);
});

it("a member is owed a word once, in the server it is about", () => {
  const polls = createRunningPolls();
  polls.owe("100", "ann");
  polls.owe("100", "ann");
  expect(polls.takeUntold("200", "ann")).toBe(false);
  expect(polls.takeUntold("100", "ann")).toBe(true);
  expect(polls.takeUntold("100", "ann")).toBe(false);
});
