import fc from "fast-check";
import { messageProblems } from "../../sandbox/discord/limits-messages.ts";
import { problemsByTheSpec } from "../../sandbox/discord/spec.ts";
import type { MessageView } from "../../src/discord/views/message.ts";

const tricks = [
  "@everyone",
  "@here",
  "<@123456789012345678>",
  "<@&123456789012345678>",
  "<#123456789012345678>",
  "<t:0:R>",
  "</guess:123456789012345678>",
  "[click](https://evil.example)",
  "https://evil.example",
  "```",
  "||",
  "**",
  "__",
  "~~",
  "\n# Big\n",
  "\n> quote",
  "\r\n- list",
  "\u202Eabc\u202C",
  "\u2066x",
  "\u200B",
  "\u2800\u3164",
  "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308",
  "\uD83D",
  "👩‍👩‍👧‍👦",
  "\\",
  "`",
  "שלום",
  "مرحبا",
];

/** Names nobody should be able to do harm with: any characters, up to 4,000 of them, and the known tricks. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.array(fc.constantFrom(...tricks), { maxLength: 12 }).map((parts) => parts.join("")),
  fc
    .tuple(fc.constantFrom(...tricks, "a", "_", "*", "\\"), fc.integer({ min: 1, max: 4_000 }))
    .map(([part, length]) => part.repeat(Math.ceil(length / part.length)).slice(0, length)),
);

/** What a reader's client would act on: without what is escaped, and without code. */
export function unescaped(markdown: string): string {
  return markdown.replace(/\\[^0-9A-Za-z\s]/g, "").replace(/`[^`\n]*`/g, "");
}

function bodyOf({ allowedMentions: _, ...rest }: MessageView): Record<string, unknown> {
  return JSON.parse(JSON.stringify(rest));
}

/** What Discord's limits would have against sending a view. */
export function limitsBroken(view: MessageView): unknown[] {
  return messageProblems({ body: bodyOf(view), files: [], interaction: true });
}

/** What Discord's published schema has against a view. Slow. */
export function schemaBroken(view: MessageView): unknown[] {
  return problemsByTheSpec("MessageCreateRequest", bodyOf(view));
}
