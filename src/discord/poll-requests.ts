import {
  DiscordAPIError,
  type RESTGetAPIPollAnswerVotersResult,
  RESTJSONErrorCodes as Refused,
  Routes,
} from "discord.js";
import type { RunningPoll, Voter } from "../domain/poll.ts";
import type { Line } from "./line.ts";
import { createdAt } from "./poll-events.ts";

/** The most Discord gives at a time. */
const votersPerPage = 100;
const requestWithinMs = 20_000;

/** Asks something in its turn. discord.js leaves a listener on every signal it is given, so each request has one of its own. */
async function ask<T>({ turn, signal }: Line, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  await turn();
  return request(AbortSignal.any([signal, AbortSignal.timeout(requestWithinMs)]));
}

/** "gone": there is no such poll any more. "hidden": the bot may not see it. "later": Discord does not say now. */
type NotAnswered = { readonly kind: "gone" | "hidden" | "later" };

/** Reads who votes for what, page by page. Discord tells neither when they voted nor in which order. */
export async function readVoters(
  line: Line,
  { channelId, messageId, labs }: RunningPoll,
): Promise<{ readonly kind: "read"; readonly voters: Voter[] } | NotAnswered> {
  const voters: Voter[] = [];
  try {
    for (let answer = 1; answer <= labs.length; answer += 1) {
      let after = "0";
      for (;;) {
        const query = new URLSearchParams({ after, limit: String(votersPerPage) });
        const route = Routes.pollAnswerVoters(channelId, messageId, answer);
        const { users } = (await ask(line, (signal) =>
          line.client.rest.get(route, { query, signal }),
        )) as RESTGetAPIPollAnswerVotersResult;
        for (const { id: memberId, global_name, username, bot } of users) {
          const name = global_name ?? username;
          voters.push({ memberId, name, isBot: bot === true, answer, createdAt: createdAt(memberId) });
        }
        if (users.length < votersPerPage) break;
        after = users.reduce((last, { id }) => (BigInt(id) > BigInt(last) ? id : last), after);
      }
    }
    return { kind: "read", voters };
  } catch (error) {
    return notAnswered(error);
  }
}

/** Ends a poll. One that has ended already, or is still ending, is as good. */
export async function endPoll(
  line: Line,
  { channelId, messageId }: RunningPoll,
): Promise<{ readonly kind: "ended" } | NotAnswered> {
  try {
    await ask(line, (signal) => line.client.rest.post(Routes.expirePoll(channelId, messageId), { signal }));
    return { kind: "ended" };
  } catch (error) {
    if (error instanceof DiscordAPIError && error.code === Refused.PollExpired) return { kind: "ended" };
    return notAnswered(error);
  }
}

function notAnswered(error: unknown): NotAnswered {
  const code = error instanceof DiscordAPIError ? Number(error.code) : null;
  const isGone =
    code === Refused.UnknownMessage || code === Refused.UnknownChannel || code === Refused.CannotExpireANonPollMessage;
  const isHidden = code === Refused.MissingAccess || code === Refused.MissingPermissions;
  return { kind: isGone ? "gone" : isHidden ? "hidden" : "later" };
}
