import { z } from "zod";

const content = z.union([z.string(), z.array(z.strictObject({ type: z.literal("text"), text: z.string() }))]);

/** What a question may hold. OpenRouter passes over what it does not know; here a slip of the pen is told. */
const chatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content })).min(1),
  stream: z.boolean().default(false),
  max_tokens: z.int().positive().default(1_000_000),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  seed: z.int().optional(),
  reasoning: z
    .strictObject({ effort: z.enum(["low", "medium", "high"]).optional(), enabled: z.boolean().optional() })
    .optional(),
  usage: z.strictObject({ include: z.boolean() }).optional(),
  user: z.string().optional(),
});

/** A question as a model hears it. */
export type ChatQuestion = {
  readonly model: string;
  readonly turns: readonly { readonly role: "system" | "user" | "assistant"; readonly text: string }[];
  /** What was said last. */
  readonly asked: string;
  readonly isStream: boolean;
  readonly mostTokens: number;
};

/** Reads a question; a refusal is the sentence that goes back. */
export function readQuestion(body: string): ChatQuestion | { readonly refusal: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { refusal: "The body is not JSON." };
  }
  const parsed = chatRequest.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { refusal: `Invalid request: ${issue?.path.join(".") || "body"}: ${issue?.message}` };
  }
  const { model, messages, stream, max_tokens: mostTokens } = parsed.data;
  const turns = messages.map(({ role, content: said }) => ({
    role,
    text: typeof said === "string" ? said : said.map(({ text }) => text).join(""),
  }));
  return { model, turns, asked: turns.at(-1)?.text ?? "", isStream: stream, mostTokens };
}
