import { claimDeliveries } from "../../src/actions/claim-deliveries.ts";
import { openPoll, recordPollSent } from "../../src/actions/open-poll.ts";
import { recordVote } from "../../src/actions/record-vote.ts";
import type { App } from "../../src/app.ts";
import type { Member } from "../../src/domain/member.ts";
import type { RunningPoll } from "../../src/domain/poll.ts";
import { aKey, anId } from "./factories.ts";

type Where = { readonly serverId: string; readonly modelId: number };

/** A poll on a model, asked for and posted. */
export async function aPoll(app: App, { serverId, modelId }: Where, hours = 24): Promise<RunningPoll> {
  const opened = await openPoll(app, { key: aKey(), serverId, modelId, channelId: anId(), hours });
  if (!opened.opened) throw new Error(`no poll was opened: ${JSON.stringify(opened.refusal)}`);
  return aPostedPoll(app);
}

/** Posts the poll that is due, as deliveries do. */
export async function aPostedPoll(app: App, messageId = anId()): Promise<RunningPoll> {
  const [claimed] = await claimDeliveries(app, { by: "this process", most: 1 });
  if (!claimed?.poll) throw new Error("no poll is due");
  const { delivery } = claimed;
  const sent = { channelId: delivery.channelId ?? "", messageId, postedAt: null };
  await recordPollSent(app, delivery, claimed.poll, sent);
  const poll = app.polls.of(messageId);
  if (!poll) throw new Error("the poll is not known");
  return poll;
}

/** A member votes for a lab, or takes that back, as the gateway tells it. */
export function aVote(app: App, poll: RunningPoll, member: Member, lab: string, kind: "vote" | "unvote" = "vote") {
  const answer = poll.labs.indexOf(lab) + 1;
  if (answer === 0) throw new Error(`the poll does not ask about ${lab}`);
  return recordVote(app, { ...member, kind, messageId: poll.messageId, answer });
}
