import type { Message } from "./message.ts";
import { messageShape } from "./message-shape.ts";
import { concludePoll, takesVotes } from "./polls.ts";
import { botErred, invalidForm, missingPermissions, worldRefuses } from "./refusal.ts";
import { channelOf, type Route, type RouteContext } from "./route.ts";
import { messageOf } from "./routes-messages.ts";
import { userShape } from "./shapes.ts";
import { compareSnowflakes } from "./snowflakes.ts";
import { rawList } from "./wire.ts";

const MOST_VOTERS = 100;

/** Who voted for what in a poll, and its end. */
export const pollRoutes: Route[] = [
  {
    method: "GET",
    pattern: "/channels/{channel_id}/polls/{message_id}/answers/{answer_id}",
    response: "PollAnswerDetailsResponse",
    handle: (context) => ({ status: 200, body: { users: votersOf(context).map(userShape) } }),
  },
  {
    method: "POST",
    pattern: "/channels/{channel_id}/polls/{message_id}/expire",
    response: "MessageResponse",
    handle: (context) => {
      const message = pollOf(context);
      if (message.author.id !== context.world.bot.id) throw botErred(403, 50005, "Cannot edit another user's message");
      if (!takesVotes(message)) throw worldRefuses(400, 520001, "Poll expired");
      // Discord counts in its own time.
      if (context.world.faults.pollsEndLate) message.pollEndsAtMs = context.world.now();
      else concludePoll(message);
      return { status: 200, body: messageShape(message) };
    },
  },
];

function votersOf(context: RouteContext) {
  const { query, world } = context;
  const message = pollOf(context);
  const answerId = Number(context.param("answer_id"));
  const count = rawList(message.body.poll?.answers).length;
  if (!Number.isInteger(answerId) || answerId < 1 || answerId > count) {
    throw invalidForm([{ path: ["answer_id"], code: "NUMBER_TYPE_MAX", message: `The poll has ${count} answers.` }]);
  }
  const limit = Number(query.get("limit") ?? 25);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_VOTERS) {
    const message = `int value should be between 1 and ${MOST_VOTERS}.`;
    throw invalidForm([{ path: ["limit"], code: "NUMBER_TYPE_MAX", message }]);
  }
  const after = query.get("after") ?? "0";
  if (!/^\d{1,20}$/.test(after)) {
    throw invalidForm([{ path: ["after"], code: "NUMBER_TYPE_COERCE", message: `Value "${after}" is not snowflake.` }]);
  }
  return [...(message.votes.get(answerId) ?? [])]
    .sort(compareSnowflakes)
    .filter((id) => compareSnowflakes(id, after) > 0)
    .slice(0, limit)
    .flatMap((id) => world.users.get(id) ?? []);
}

function pollOf(context: RouteContext): Message {
  const channel = channelOf(context);
  if (!channel.botMay("ReadMessageHistory")) throw missingPermissions();
  const message = messageOf(context, channel);
  if (!message.body.poll) throw botErred(400, 520006, "Cannot use this on a message without a poll");
  return message;
}
