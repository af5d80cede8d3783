import type { ModelAnswer } from "./chat-answer.ts";
import type { ChatQuestion } from "./chat-request.ts";
import { hunterAlpha } from "./hunter-alpha.ts";
import { asksForLong, longAnswer } from "./long-answer.ts";

type Voice = {
  readonly name: string;
  readonly maker: string;
  readonly opening: string;
  readonly style: (points: readonly string[]) => string;
};

const asList = (points: readonly string[]) => points.map((point) => `- ${point}`).join("\n");
const asSteps = (points: readonly string[]) => points.map((point, i) => `${i + 1}. ${point}`).join("\n");
const asProse = (points: readonly string[]) => points.map((point) => `${point}.`).join(" ");
const asHeadings = (points: readonly string[]) =>
  points.map((point) => `### ${point}\nWorth a paragraph.`).join("\n\n");

/** How the models of the best-known labs speak here: recognisably different, and all of it made up. */
const voices: Readonly<Record<string, Voice>> = {
  openai: { name: "a GPT model", maker: "OpenAI", opening: "Sure. Here is the short version:", style: asList },
  anthropic: { name: "Claude", maker: "Anthropic", opening: "That deserves some care.", style: asProse },
  google: { name: "Gemini", maker: "Google", opening: "Let's break this down.", style: asHeadings },
  deepseek: { name: "DeepSeek", maker: "DeepSeek", opening: "Okay, step by step:", style: asSteps },
  qwen: { name: "Qwen", maker: "Alibaba", opening: "Happy to help. Consider:", style: asSteps },
  "z-ai": { name: "GLM", maker: "Z.ai", opening: "Three points matter.", style: asList },
  xiaomi: { name: "MiMo", maker: "Xiaomi", opening: "First the goal, then the parts.", style: asSteps },
  "x-ai": { name: "Grok", maker: "xAI", opening: "Straight to it:", style: asProse },
  mistralai: { name: "Mistral", maker: "Mistral AI", opening: "In brief:", style: asList },
  "meta-llama": { name: "Llama", maker: "Meta", opening: "Great question!", style: asList },
};

const unnamed: Voice = { name: "a language model", maker: "", opening: "Here is what I would do.", style: asProse };

const advice = ["Say what you want to know", "Try the smallest thing that could tell", "Change your mind when it does"];

/** What a model answers when no test has told it what to say. */
export function answerInVoice({ model, asked }: ChatQuestion): ModelAnswer {
  if (model.startsWith("openrouter/hunter-alpha")) return hunterAlpha(asked);
  if (model.startsWith("openrouter/") && asksForLong(asked)) return longAnswer;
  const [author = ""] = model.split("/");
  const { name, maker, opening, style } = voices[author] ?? unnamed;
  if (/\bwho\b|\bmade\b|\bname\b|\bmaker\b|你是谁|开发/i.test(asked)) {
    return { text: maker ? `I'm ${name}, made by ${maker}.` : "I'm a language model. Who made me I don't know." };
  }
  return { text: `${opening}\n\n${style(advice)}` };
}
