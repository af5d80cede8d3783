import type { Turn } from "./chat.ts";

/** Exchanges of a conversation that are sent along with the next question, and their characters, at the most. */
export const conversationRules = { mostExchanges: 6, mostCharacters: 24_000 } as const;

type Exchange = { readonly prompt: string; readonly answer: string };

/** Of the exchanges so far, oldest first, the latest that fit whole. */
export function rememberedExchanges<E extends Exchange>(exchanges: readonly E[]): E[] {
  const kept: E[] = [];
  let characters = 0;
  for (const exchange of exchanges.toReversed()) {
    characters += exchange.prompt.length + exchange.answer.length;
    if (kept.length === conversationRules.mostExchanges || characters > conversationRules.mostCharacters) break;
    kept.unshift(exchange);
  }
  return kept;
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
