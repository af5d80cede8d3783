import type { MessageContext, WireMessage } from "./context.ts";
import type { TimeManner } from "./moment.ts";
import type { InWords } from "./nodes.ts";

/** A menu that is open: on which option the keys are, what is chosen so far, what is typed to find an option. */
export type OpenMenu = {
  readonly customId: string;
  active: number;
  chosen: readonly string[];
  upward: boolean;
  typed: string;
  typedAtMs: number;
};

/** A message on the page: what it shows, and what the viewer has done to it that Discord's message does not say. */
export type Frame = {
  message: WireMessage;
  context: MessageContext;
  readonly manner: TimeManner;
  menu: OpenMenu | null;
  /** What was chosen in a menu, as long as the menu (as JSON) stays what it was. */
  readonly picked: Map<string, { readonly values: readonly string[]; readonly of: string }>;
  /** Keys of what was pressed and is not answered yet. */
  readonly pending: Set<string>;
  failed: boolean;
  /** Answers marked in the poll, before the vote. */
  ballot: readonly number[];
  showsResults: boolean;
  /** Places of the spoilers that were looked at. */
  readonly revealed: Set<string>;
  /** How many spoilers have been shown while it is drawn: each is known by its place. */
  spoilers: number;
  /** It is being drawn: what loses the focus now was not left by the viewer. */
  isDrawn: boolean;
};

/** What a user is called here, also one who is not known. */
export function userName(frame: Frame, id: string): string {
  return frame.context.resolve.user(id)?.name ?? "unknown-user";
}

/** Mentions and times without their form, for a line that tells what a message says. */
export function inWords(frame: Frame): InWords {
  const { resolve } = frame.context;
  return (node) => {
    switch (node.kind) {
      case "user":
        return `@${userName(frame, node.id)}`;
      case "role":
        return `@${resolve.role(node.id)?.name ?? "deleted-role"}`;
      case "channel":
        return `#${resolve.channel(node.id)?.name ?? "unknown"}`;
      case "command":
        return `/${node.name}`;
      case "emoji":
        return `:${node.name}:`;
      case "time":
        return new Date(node.seconds * 1000).toLocaleString(frame.manner.locale);
    }
  };
}
