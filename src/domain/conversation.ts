import type { Turn } from "./chat.ts";

/** Exchanges of a conversation that are sent along with the next question, and their characters, at the most. */
export const conversationRules = { mostExchanges: 6, mostCharacters: 24_000 } as const;

type Exchange = { readonly prompt: string; readonly answer: string };

/** An exchange is left out where fewer characters than this would be left of it. */
const leastRoom = 1_000;

/** What is remembered of a conversation, oldest first. */
export type Remembered<E extends Exchange> = {
  readonly exchanges: readonly E[];
  /** One of them was too long and lacks its middle. */
  readonly isShortened: boolean;
};

/**
 * Of the exchanges so far, oldest first, the latest that fit. The first that does not fit whole keeps its beginning and
 * its end, so that a conversation goes on however long its last answer was; what was said before that is forgotten.
 */
export function rememberedExchanges<E extends Exchange>(exchanges: readonly E[]): Remembered<E> {
  const kept: E[] = [];
  let room: number = conversationRules.mostCharacters;
  for (const exchange of exchanges.slice(-conversationRules.mostExchanges).toReversed()) {
    const { length } = exchange.prompt + exchange.answer;
    if (length > room) {
      const isShortened = room >= leastRoom;
      if (isShortened) kept.unshift(shortenedExchange(exchange, room));
      return { exchanges: kept, isShortened };
    }
    kept.unshift(exchange);
    room -= length;
  }
  return { exchanges: kept, isShortened: false };
}

/** The question gives way only where it alone would take more than half of the room. */
function shortenedExchange<E extends Exchange>(exchange: E, room: number): E {
  const half = Math.floor(room / 2);
  const prompt = shortened(exchange.prompt, Math.max(half, room - exchange.answer.length));
  return { ...exchange, prompt, answer: shortened(exchange.answer, room - prompt.length) };
}

/** Characters for the words that stand in place of a middle. */
const markRoom = 60;

/** A text's beginning and end, with the model told how much lacks between them; no character is cut in two. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const side = Math.floor((most - markRoom) / 2);
  const beginning = text.slice(0, side).replace(/[\uD800-\uDBFF]$/, "");
  const end = text.slice(-side).replace(/^[\uDC00-\uDFFF]/, "");
  return `${beginning}\n[… ${text.length - beginning.length - end.length} characters are left out here …]\n${end}`;
}

/** What the model is sent: the exchanges so far and the new question. One without an answer stays out: two questions in a row confuse. */
export function turnsOf(exchanges: readonly Exchange[], prompt: string): Turn[] {
  const said = exchanges
    .filter(({ answer }) => answer.trim() !== "")
    .flatMap(({ prompt: text, answer }): Turn[] => [
      { role: "user", text },
      { role: "assistant", text: answer },
    ]);
  return [...said, { role: "user", text: prompt }];
}
