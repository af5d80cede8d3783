import type { APIPoll, APIPollAnswer } from "discord.js";
import { element } from "../element.ts";
import { dots, emojiShown } from "./button.ts";
import type { Frame } from "./frame.ts";
import { icon } from "./icons.ts";
import { timeLeft } from "./moment.ts";

/** A poll: answers to choose from until the viewer has voted, and then, or when it is over, what all have said. */
export function pollShown(poll: APIPoll, frame: Frame): HTMLElement {
  const state = stateOf(poll, frame);
  const kind = poll.allow_multiselect ? "Select one or more answers" : "Select one answer";
  const question = `message-${frame.message.id}-poll`;
  const answers = poll.answers.map((answer) =>
    state.shows ? resultShown(answer, poll, state) : choiceShown(answer, poll, frame),
  );
  return element(
    "div",
    {
      class: state.isOver ? "message-poll message-poll-over" : "message-poll",
      role: "group",
      "aria-labelledby": question,
    },
    element(
      "div",
      { class: "message-poll-question", id: question },
      emojiShown(poll.question.emoji),
      poll.question.text ?? "",
    ),
    !state.isOver && element("div", { class: "message-poll-hint" }, kind),
    element("div", { class: "message-poll-answers" }, ...answers),
    footShown(poll, state, frame),
  );
}

type State = {
  /** All votes; with several answers one member may have given more than one. */
  readonly votes: number;
  readonly hasVoted: boolean;
  readonly isOver: boolean;
  /** Results instead of what can be chosen. */
  readonly shows: boolean;
};

function stateOf(poll: APIPoll, { context, showsResults }: Frame): State {
  const counts = poll.results?.answer_counts ?? [];
  const votes = counts.reduce((sum, { count }) => sum + count, 0);
  const hasVoted = counts.some(({ me_voted }) => me_voted);
  const left = poll.expiry === null ? "" : timeLeft(new Date(poll.expiry), context.now);
  const isOver = poll.results?.is_finalized === true || left === null;
  return { votes, hasVoted, isOver, shows: isOver || hasVoted || showsResults };
}

function choiceShown({ answer_id: id, poll_media: media }: APIPollAnswer, poll: APIPoll, frame: Frame): HTMLElement {
  const isChosen = frame.ballot.includes(id);
  const input = element("input", {
    class: "message-poll-input",
    type: poll.allow_multiselect ? "checkbox" : "radio",
    name: `message-${frame.message.id}-answers`,
    value: id,
    checked: isChosen,
    "data-key": `answer ${id}`,
    "data-act": "mark",
  });
  input.checked = isChosen;
  const sign = poll.allow_multiselect ? "message-checkbox" : "message-radio";
  return element(
    "label",
    { class: "message-answer" },
    input,
    emojiShown(media.emoji),
    element("span", { class: "message-answer-words" }, media.text ?? ""),
    element("span", { class: sign, "aria-hidden": "true" }, isChosen && poll.allow_multiselect && icon("check")),
  );
}

function resultShown({ answer_id: id, poll_media: media }: APIPollAnswer, poll: APIPoll, state: State): HTMLElement {
  const counts = poll.results?.answer_counts ?? [];
  const own = counts.find((each) => each.id === id);
  const count = own?.count ?? 0;
  const most = Math.max(0, ...counts.map((each) => each.count));
  const percent = state.votes === 0 ? 0 : Math.round((count / state.votes) * 100);
  const isFirst = state.isOver && count > 0 && count === most;
  const isMine = own?.me_voted === true;
  const classes = [
    "message-answer message-answer-result",
    isMine && "message-answer-mine",
    isFirst && "message-answer-first",
  ];
  const bar = element("span", { class: "message-answer-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", `${percent}%`);
  return element(
    "div",
    { class: classes.filter(Boolean).join(" ") },
    bar,
    emojiShown(media.emoji),
    element("span", { class: "message-answer-words" }, media.text ?? ""),
    element("span", { class: "message-answer-count" }, `${votesText(count)} `, element("strong", {}, `${percent}%`)),
    (isMine || isFirst) &&
      element(
        "span",
        { class: "message-answer-sign", role: "img", "aria-label": isMine ? "Your vote" : "Winner" },
        icon("check"),
      ),
  );
}

function votesText(count: number): string {
  return `${count} ${count === 1 ? "vote" : "votes"}`;
}

function footShown(poll: APIPoll, state: State, frame: Frame): HTMLElement {
  const left = poll.expiry === null ? null : timeLeft(new Date(poll.expiry), frame.context.now);
  const ends = state.isOver ? "Poll closed" : left === null ? null : `ends in ${left}`;
  const isPending = frame.pending.has("poll");
  const act = (name: string, words: string, className: string, disabled = false) =>
    element(
      "button",
      { type: "button", class: className, disabled, "data-act": name, "data-key": `poll ${name}` },
      words,
      isPending && name !== "results" && dots(),
    );
  return element(
    "div",
    { class: "message-poll-foot" },
    element("span", { class: "message-poll-count" }, [votesText(state.votes), ends].filter(Boolean).join(" · ")),
    !state.isOver &&
      !state.hasVoted &&
      act("results", frame.showsResults ? "Go back to vote" : "Show results", "message-poll-link"),
    !state.isOver &&
      (state.hasVoted
        ? act("unvote", "Remove vote", "message-poll-link", isPending)
        : !state.shows &&
          act("vote", "Vote", "message-button message-button-main", isPending || frame.ballot.length === 0)),
  );
}
