import type { NewPoll, PollCard, PollRefusal, VoteInVain, VoteRefused } from "../../domain/poll.ts";
import { pollRules } from "../../domain/poll.ts";
import { rules } from "../../domain/rules.ts";
import { type LabNames, labText } from "./lab-words.ts";
import { pollButton } from "./marks.ts";
import { button, buttonRow, type MessageView, type OwedView } from "./message.ts";
import { count, counted, moment, points } from "./numbers.ts";
import { guessRefusal } from "./refusals.ts";
import { bold, plain, shown } from "./text.ts";

/** Discord's limit for the words of an answer. */
const longestAnswer = 55;
/** What members see of labs on a card's line about its poll. */
const mostOnCard = 4;

/** The poll on who built a model. Discord edits no message with a poll, so all there is to say is said at once. */
export function pollMessage(poll: NewPoll, deliveryId: number, names: LabNames): OwedView {
  return {
    content: [
      `A vote is logged as a free guess (${points(rules.freeStakePoints)} from the house) at the odds of its moment. Taking it back takes that guess back.`,
      "If you have guessed already, a vote changes nothing. Somebody who is not on the list? Press Guess.",
    ].join("\n"),
    poll: {
      question: { text: `Who built ${plain(poll.modelName, shown.modelName)}?` },
      answers: poll.labs.map((lab) => ({ poll_media: { text: plain(names(lab), longestAnswer) } })),
      duration: poll.hours,
      allow_multiselect: false,
    },
    components: [buttonRow(button("Guess", ...pollButton(poll.modelId, deliveryId), "main"))],
  };
}

/** Told to whoever asked for a poll: it is posted like every message the bot owes a channel. */
export function pollComes(modelName: string, hours: number): MessageView {
  const length = hours % 24 === 0 ? counted(hours / 24, "day") : counted(hours, "hour");
  return {
    content: `The poll on ${bold(modelName, shown.modelName)} comes up here in a few seconds, and runs for ${length}.`,
  };
}

/** Why there is no new poll, and what to do next. */
export function pollRefusal(refusal: PollRefusal, names: LabNames): MessageView {
  if (refusal.reason !== "poll-runs") return guessRefusal(refusal, names);
  const { messageId, channelId } = refusal;
  return {
    content:
      messageId === null
        ? `A poll on this model is about to be posted in <#${channelId}>. Vote there.`
        : `There is a poll on this model already. Vote there: ${whereIs({ ...refusal, messageId })}`,
  };
}

function whereIs({ serverId, channelId, messageId }: Pick<PollCard, "serverId" | "channelId" | "messageId">): string {
  return `https://discord.com/channels/${serverId}/${channelId}/${messageId}`;
}

export const pollsNotHere: MessageView = {
  content:
    "I may not post polls in this channel. Somebody who manages it has to give me View Channel, Send Messages (in a thread: Send Messages in Threads) and Create Polls here.",
};

export const youMayNotPoll: MessageView = {
  content: "You may not create polls in this channel, so I do not post one for you here. Ask where you may.",
};

/** The line of a model's card about its poll; nothing if there was none. */
export function pollLines(poll: PollCard | null | undefined, names: LabNames): string[] {
  if (!poll) return [];
  const all = poll.votes.reduce((sum, each) => sum + each.count, 0);
  const leading = poll.votes
    .filter((each) => each.count > 0)
    .sort((a, b) => b.count - a.count)
    .map((each) => `${labText(each.lab, names)} ${count(each.count)}`);
  const rest = leading.length - mostOnCard;
  const parts = [...leading.slice(0, mostOnCard), ...(rest > 0 ? [`${counted(rest, "more lab")}`] : [])];
  const ends = poll.isOver ? "over" : `ends ${moment(poll.endsAt, "R")}`;
  return [
    `**Poll** (${ends}): ${[all === 0 ? "no votes yet" : counted(all, "vote"), ...parts].join(" · ")} · ${whereIs(poll)}`,
  ];
}

const inVain = {
  "guessed-already": "you had guessed already, and a vote does not change that. `/guess` does.",
  "market-frozen":
    "the model is frozen by the moderators. If it still stands when they open the model again, it counts from then.",
  "market-settled": "the model was settled by then.",
  "market-void": "the model had been called off by then.",
  "account-too-young": "your account is younger than this server asks of those who guess.",
  "not-counted": "it could not be made a guess. `/guess` tells why.",
} satisfies Record<VoteRefused, string>;

const mostNotices = 5;

/** Tells a member of votes that count for nothing: Discord gives no way to say so when somebody votes. */
export function votesInVain(votes: readonly VoteInVain[]): MessageView {
  const lines = votes
    .slice(0, mostNotices)
    .map(
      ({ modelName, refused }) =>
        `Your vote in the poll on ${bold(modelName, shown.modelName)} counts for nothing: ${inVain[refused]}`,
    );
  const rest = votes.length - lines.length;
  return {
    content: [...lines, ...(rest > 0 ? [`The same goes for ${counted(rest, "other vote")} of yours.`] : [])].join("\n"),
  };
}

/** What is said of the length of a poll where it is chosen. */
export const hoursWords = `How many hours it runs, ${pollRules.shortestHours} to ${pollRules.longestHours}; ${pollRules.usualHours} if left out`;
