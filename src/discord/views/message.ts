import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInLabel,
  type APIComponentInMessageActionRow,
  type APIEmbed,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APISelectMenuOption,
  type APITextInputComponent,
  ButtonStyle,
  ComponentType,
  type MessageMentionOptions,
  type RESTAPIPoll,
} from "discord.js";
import { customId } from "../custom-id.ts";

/** A message as the views write it: plain data, that discord.js and the tests read alike. */
export type MessageView = {
  readonly content?: string;
  readonly embeds?: APIEmbed[];
  readonly components?: Row[];
  /** Uploaded with the message, in place of those it has; left out, those stay. */
  readonly files?: FileView[];
  /** Nobody, unless it is said here. */
  readonly allowedMentions?: MessageMentionOptions;
};

/** A message the bot owes a channel. One with a poll is never edited: Discord allows it to nobody. */
export type OwedView = MessageView & { readonly poll?: RESTAPIPoll };

/** A file to upload: what is in it, or the path of an own copy. */
export type FileView = { readonly name: string; readonly attachment: Buffer | string };

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
  const { label, hint, input } = field;
  return form(title, action, key, [labelled(label, { type: ComponentType.TextInput, ...input }, hint)]);
}

/** A modal with up to five things to fill in, pick or upload. */
export function form(title: string, action: string, key: string | number, fields: APILabelComponent[]): ModalView {
  return { title, custom_id: customId(action, key), components: fields };
}

/** One of them, with what it is called. */
export function labelled(label: string, component: APIComponentInLabel, hint?: string): APILabelComponent {
  return { type: ComponentType.Label, label, ...(hint === undefined ? {} : { description: hint }), component };
}
