import { z } from "zod";
import type { ChatPiece, ChatUsage } from "../domain/chat.ts";

/** What one event of an answer says, or a whole answer that came at once. */
export type WireChunk = {
  readonly pieces: readonly ChatPiece[];
  /** Why the answer ended; null as long as it goes on. */
  readonly finish: { readonly reason: string; readonly native: string } | null;
  readonly usage: ChatUsage | null;
  /** OpenRouter's error, as it came; null if there is none. */
  readonly error: unknown;
};

const label = z.string().nullish().catch(null);
const count = z.number().int().nonnegative().nullish().catch(null);

// Text that is no text is not let pass: an answer with words missing would look whole.
const wirePart = z.object({
  content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_details: z
    .array(z.object({ text: label, summary: label }).catch({}))
    .nullish()
    .catch(null),
});

const wireChunk = z.object({
  choices: z
    .array(
      z.object({
        delta: wirePart.nullish(),
        message: wirePart.nullish(),
        finish_reason: label,
        native_finish_reason: label,
        error: z.unknown().optional(),
      }),
    )
    .nullish(),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      completion_tokens_details: z.object({ reasoning_tokens: count }).nullish().catch(null),
      cost: z.number().nonnegative().nullish().catch(null),
    })
    .nullish()
    .catch(null),
  error: z.unknown().optional(),
});

/** Reads an event's data or a body; null if it is not what OpenRouter sends. */
export function readChunk(json: string): WireChunk | null {
  const parsed = wireChunk.safeParse(jsonOf(json));
  if (!parsed.success) return null;
  const { choices, usage, error } = parsed.data;
  const [choice] = choices ?? [];
  if (!choices && !error && !usage) return null;
  const part = choice?.delta ?? choice?.message;
  const reason = choice?.finish_reason;
  return {
    pieces: part ? piecesOf(part) : [],
    finish: reason ? { reason, native: choice.native_finish_reason ?? "" } : null,
    usage: usage
      ? {
          promptTokens: usage.prompt_tokens ?? null,
          answerTokens: usage.completion_tokens ?? null,
          reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? null,
          costUsd: usage.cost ?? null,
        }
      : null,
    error: error ?? choice?.error ?? null,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reasoning comes twice, as text and in details; providers that leave out one of them have the other. */
function piecesOf({ content, reasoning, reasoning_details: details }: z.infer<typeof wirePart>): ChatPiece[] {
  const thought = reasoning || (details ?? []).map(({ text, summary }) => text ?? summary ?? "").join("");
  return [
    ...(thought ? [{ kind: "reasoning", text: thought } as const] : []),
    ...(content ? [{ kind: "answer", text: content } as const] : []),
  ];
}
