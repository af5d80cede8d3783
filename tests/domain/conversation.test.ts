import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conversationRules, rememberedExchanges, turnsOf } from "../../src/domain/conversation.ts";

const { mostCharacters, mostExchanges } = conversationRules;
const anExchange = (promptLength: number, answerLength: number) => ({
  prompt: `${"p".repeat(promptLength)}?`,
  answer: `It begins. ${"a".repeat(answerLength)} It ends.`,
});

describe("what a conversation remembers", () => {
  it("is all of the latest exchanges where they fit", () => {
    const exchanges = Array.from({ length: 9 }, (_, i) => anExchange(10, 100 + i));
    expect(rememberedExchanges(exchanges)).toEqual({ exchanges: exchanges.slice(3), isShortened: false });
    expect(rememberedExchanges([])).toEqual({ exchanges: [], isShortened: false });
  });

  it("is the beginning and the end of an answer longer than all that is sent, and the model is told what lacks", () => {
    const long = anExchange(10, 90_000);
    const { exchanges, isShortened } = rememberedExchanges([anExchange(10, 10), long]);
    expect(isShortened).toBe(true);
    expect(exchanges).toHaveLength(1);
    const [prompt, answer, next] = turnsOf(exchanges, "And then?");
    expect(prompt).toEqual({ role: "user", text: long.prompt });
    expect(answer?.text).toMatch(/^It begins\. a+\n\[… \d+ characters are left out here …\]\na+ It ends\.$/);
    expect(next).toEqual({ role: "user", text: "And then?" });
  });

  it("is what was said after a long answer too, whole", () => {
    const after = anExchange(10, 5_000);
    const { exchanges, isShortened } = rememberedExchanges([anExchange(10, 90_000), after]);
    expect([exchanges.length, exchanges.at(-1), isShortened]).toEqual([2, after, true]);
  });

  it("always holds the last exchange, and never more than is sent, with no character cut in two", () => {
    const said = fc.tuple(fc.constantFrom("a", "🦊", "a🦊", "é "), fc.integer({ min: 1, max: 30_000 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(said, said), { minLength: 1, maxLength: 8 }), (all) => {
        const told = all.map(([asked, answered]) => ({
          prompt: asked[0].repeat(asked[1]).slice(0, 4_000).toWellFormed(),
          answer: answered[0].repeat(answered[1]),
        }));
        const { exchanges, isShortened } = rememberedExchanges(told);
        expect(exchanges.length).toBeGreaterThan(0);
        expect(exchanges.length).toBeLessThanOrEqual(mostExchanges);
        const texts = exchanges.flatMap(({ prompt, answer }) => [prompt, answer]);
        expect(texts.join("").length).toBeLessThanOrEqual(mostCharacters);
        expect(texts.every((each) => each.isWellFormed())).toBe(true);
        const latest = told.slice(-exchanges.length);
        expect(isShortened).toBe(JSON.stringify(exchanges) !== JSON.stringify(latest));
      }),
      { numRuns: 50 },
    );
  });
});
