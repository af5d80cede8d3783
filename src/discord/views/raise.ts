import { TextInputStyle } from "discord.js";
import { rules } from "../../domain/rules.ts";
import { type MessageView, type ModalView, modal } from "./message.ts";
import { plain } from "./text.ts";

export const raiseField = "points";

/** Asks how many points to add. Needs nothing but the name. */
export function raiseModal(modelId: string, modelName: string | null): ModalView {
  return modal(plain(modelName === null ? "Raise your guess" : `Raise: ${modelName}`, 45), "raise", modelId, {
    label: "Points to add from your wallet",
    hint: `A whole number. At most ${rules.ownCapPoints} of your own may be on one model.`,
    input: {
      custom_id: raiseField,
      style: TextInputStyle.Short,
      min_length: 1,
      max_length: 5,
      placeholder: "50",
      required: true,
    },
  });
}

/** Whole points as typed into the modal, or null. */
export function readPoints(typed: string): number | null {
  const text = typed.trim();
  return /^\d{1,5}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

export const badPoints: MessageView = {
  content: `That is no number of points. Press Raise again and type a whole number from 1 to ${rules.ownCapPoints}.`,
};
