import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
  type APIEmbed,
  type APIModalInteractionResponseCallbackData,
  type APISelectMenuOption,
  type APITextInputComponent,
  ButtonStyle,
  ComponentType,
  type MessageMentionOptions,
} from "discord.js";
import { customId } from "../custom-id.ts";

/** A message as the views write it: plain data, that discord.js and the tests read alike. */
export type MessageView = {
  readonly content?: string;
  readonly embeds?: APIEmbed[];
  readonly components?: Row[];
  /** Sent along as uploads. */
  readonly files?: FileView[];
  /** Nobody, unless it is said here. */
  readonly allowedMentions?: MessageMentionOptions;
};

/** A file to upload. */
export type FileView = { readonly name: string; readonly attachment: Buffer };

export type ModalView = APIModalInteractionResponseCallbackData;

export type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

const styles = {
  main: ButtonStyle.Primary,
  plain: ButtonStyle.Secondary,
  good: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const;

/** A button: what it says, what it does, to what. */
export function button(
  label: string,
  action: string,
  key: string | number,
  style: keyof typeof styles = "plain",
  disabled = false,
): APIButtonComponentWithCustomId {
  return { type: ComponentType.Button, style: styles[style], label, custom_id: customId(action, key), disabled };
}

/** Up to five buttons beside each other. */
export function buttonRow(...buttons: APIButtonComponentWithCustomId[]): Row {
  return { type: ComponentType.ActionRow, components: buttons };
}

/** A menu of up to 25 choices, one of which can be picked. */
export function menuRow(
  action: string,
  key: string | number,
  placeholder: string,
  options: APISelectMenuOption[],
): Row {
  return {
    type: ComponentType.ActionRow,
    components: [{ type: ComponentType.StringSelect, custom_id: customId(action, key), placeholder, options }],
  };
}

/** A modal with one line to fill in. */
export function modal(
  title: string,
  action: string,
  key: string | number,
  field: { label: string; hint: string; input: Omit<APITextInputComponent, "type" | "label"> },
): ModalView {
  return {
    title,
    custom_id: customId(action, key),
    components: [
      {
        type: ComponentType.Label,
        label: field.label,
        description: field.hint,
        component: { type: ComponentType.TextInput, ...field.input },
      },
    ],
  };
}
