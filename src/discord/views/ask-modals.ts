import { TextInputStyle } from "discord.js";
import { questionRules } from "../../domain/question-limits.ts";
import { type ModalView, modal } from "./message.ts";
import { plain } from "./text.ts";

export const promptField = "prompt";

function promptModal(title: string, action: string, key: string, label: string): ModalView {
  return modal(plain(title, 45), action, key, {
    label,
    hint: "Everybody in the channel sees question and answer. The model's provider keeps both.",
    input: {
      custom_id: promptField,
      style: TextInputStyle.Paragraph,
      min_length: 1,
      max_length: questionRules.longestPrompt,
      required: true,
    },
  });
}

/**
 * Asks what a model should be asked, itself or what it turned out to be. Needs nothing but the name.
 */
export function askModal(action: "ask" | "ask-confirmed", modelId: string, modelName: string | null): ModalView {
  return promptModal(modelName === null ? "Ask the model" : `Ask ${modelName}`, action, modelId, "Your question");
}

/** Asks how the conversation goes on. */
export function continueModal(questionId: string): ModalView {
  return promptModal("Continue the conversation", "continue", questionId, "What you say next");
}
