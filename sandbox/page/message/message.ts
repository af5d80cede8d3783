import { element } from "../element.ts";

/** What a message needs to know of the world around it, and how what is pressed in it gets out. */
export type MessageContext = {
  readonly now: Date;
  readonly viewer: { readonly id: string };
  readonly resolve: {
    user(id: string): { name: string; avatar?: string; bot?: boolean; color?: string } | undefined;
    role(id: string): { name: string; color?: string } | undefined;
    channel(id: string): { name: string } | undefined;
  };
  readonly act: {
    press(messageId: string, customId: string): Promise<void>;
    choose(messageId: string, customId: string, values: string[]): Promise<void>;
    vote(messageId: string, answerIds: number[]): Promise<void>;
    open(url: string): void;
  };
};

/** A message of Discord's API, not looked at yet. */
export type WireMessage = { readonly id: string; readonly [field: string]: unknown };

/** A message as Discord shows it. */
export function renderMessage(message: WireMessage, context: MessageContext): HTMLElement {
  const shown = element("article", { class: "message", "data-message-id": message.id });
  updateMessage(shown, message, context);
  return shown;
}

/** Shows a message anew in its place, keeping the focus. */
export function updateMessage(shown: HTMLElement, message: WireMessage, _context: MessageContext): void {
  shown.replaceChildren(element("pre", {}, JSON.stringify(message, null, 1)));
}
