import type { Member } from "./member.ts";
import type { Message } from "./message.ts";
import { messageShape } from "./message-shape.ts";
import { postMessage } from "./messages.ts";
import { CannotType } from "./typed-options.ts";
import { isRaw, rawList, text } from "./wire.ts";
import { Intent } from "./world.ts";

const POLL_RESULT = 46;

/** The words of a poll's answers, in their order. */
export function answersOf(message: Message): string[] {
  return rawList(message.body.poll?.answers).map((answer) =>
    isRaw(answer.poll_media) ? text(answer.poll_media.text) : "",
  );
}

/** Whether a poll takes votes: Discord closes it at its time, whenever it gets round to counting. */
export function takesVotes(message: Message): boolean {
  const { world } = message.channel.server;
  return message.body.poll !== undefined && !message.pollFinalised && world.now() < (message.pollEndsAtMs ?? 0);
}

/** See Member.vote. Votes taken back are told before votes given. */
export function vote(member: Member, message: Message, words: string[]): void {
  const { channel } = message;
  if (message.deleted || channel.deleted || !takesVotes(message)) {
    throw new CannotType("There is no open poll to vote in.");
  }
  if (member.user.bot) throw new CannotType("Bots have no vote.");
  if (!member.may("ViewChannel", channel)) throw new CannotType(`${member.name} cannot see #${channel.name}.`);
  if (words.length > 1 && message.body.poll?.allow_multiselect !== true) {
    throw new CannotType("The poll takes one answer.");
  }
  const answers = answersOf(message);
  const chosen = words.map((answer) => answers.indexOf(answer) + 1);
  if (chosen.includes(0)) throw new CannotType(`The poll has only the answers ${answers.join(", ")}.`);
  const ids = answers.map((_, at) => at + 1);
  for (const id of ids) {
    if (!chosen.includes(id) && message.votes.get(id)?.delete(member.id)) tellVote(member, message, id, "REMOVE");
  }
  for (const id of ids) {
    const voters = message.votes.get(id) ?? new Set();
    if (!chosen.includes(id) || voters.has(member.id)) continue;
    message.votes.set(id, voters.add(member.id));
    tellVote(member, message, id, "ADD");
  }
  channel.server.world.changes.announce();
}

function tellVote(member: Member, message: Message, answerId: number, what: "ADD" | "REMOVE"): void {
  const { channel } = message;
  const { world } = channel.server;
  if (!channel.botMay("ViewChannel")) return;
  const place = { channel_id: channel.id, message_id: message.id, guild_id: channel.server.id };
  const event = `MESSAGE_POLL_VOTE_${what}`;
  world.dispatch(event, { user_id: member.id, answer_id: answerId, ...place }, Intent.GuildMessagePolls);
}

/** Discord has counted a poll: the message says so, and a message with the result follows. It may do so late, or never. */
export function concludePoll(message: Message): void {
  const { channel } = message;
  const { world } = channel.server;
  if (!message.body.poll || message.pollFinalised) throw new Error("There is no poll to conclude.");
  message.pollFinalised = true;
  message.pollEndsAtMs = Math.min(message.pollEndsAtMs ?? world.now(), world.now());
  world.changes.announce();
  if (message.deleted || channel.deleted) return;
  const shape = { ...messageShape(message), guild_id: channel.server.id };
  if (channel.botMay("ViewChannel")) world.dispatch("MESSAGE_UPDATE", shape, Intent.GuildMessages);
  const author = channel.server.members.get(message.author.id);
  if (!author) return;
  postMessage(channel, {
    author,
    body: { embeds: [resultEmbed(message)] },
    files: [],
    type: POLL_RESULT,
    repliesTo: message,
  });
}

function resultEmbed(message: Message) {
  const { question } = message.body.poll ?? {};
  const counts = answersOf(message).map((words, at) => ({
    words,
    id: at + 1,
    votes: message.votes.get(at + 1)?.size ?? 0,
  }));
  const total = counts.reduce((sum, { votes }) => sum + votes, 0);
  const [first, second] = [...counts].sort((a, b) => b.votes - a.votes);
  const victor = first && first.votes > 0 && first.votes !== second?.votes ? first : undefined;
  const field = (name: string, value: string | number) => ({ name, value: String(value), inline: false });
  return {
    type: "poll_result",
    fields: [
      field("poll_question_text", isRaw(question) ? text(question.text) : ""),
      field("victor_answer_votes", first?.votes ?? 0),
      field("total_votes", total),
      ...(victor ? [field("victor_answer_id", victor.id), field("victor_answer_text", victor.words)] : []),
    ],
  };
}
