import type { APIMessage } from "discord.js";

/*
 * What the page and the playground behind it say to each other. The page gets everything through one stream of tidings,
 * for one person in one server, and sends acts of that person; nothing else goes between them.
 */

/** A message as Discord's API has it. */
export type WireMessage = APIMessage;

export type ServerEntry = { readonly id: string; readonly name: string };

export type RoleEntry = { readonly id: string; readonly name: string };

export type PersonEntry = {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
  /** Under which they stand among the others: what they are here, or a role. */
  readonly heading: string;
};

export type ChannelEntry = {
  readonly id: string;
  readonly name: string;
  readonly type: number;
  /** Of a thread: its channel. */
  readonly parentId: string | null;
  readonly isThread: boolean;
  /** Not everybody in the server sees it. */
  readonly isPrivate: boolean;
  readonly isClosed: boolean;
  readonly mayWrite: boolean;
};

/** A server as one of its members sees it. */
export type ServerView = ServerEntry & {
  readonly viewerId: string;
  readonly roles: readonly RoleEntry[];
  readonly people: readonly PersonEntry[];
  readonly channels: readonly ChannelEntry[];
};

/** How the story and the machines behind it are. */
export type StageView = {
  /** The story's time, ISO 8601, when this was sent. */
  readonly now: string;
  readonly clockRuns: boolean;
  readonly bot: "running" | "starting" | "stopping" | "failed";
  readonly story: StoryView;
  readonly faults: readonly FaultView[];
};

export type StoryView = {
  readonly state: "playing" | "paused" | "over";
  /** What has happened so far, oldest first. */
  readonly steps: readonly StoryStep[];
};

export type StoryStep = {
  readonly at: string;
  /** A member who acts; null when the narrator speaks. */
  readonly who: string | null;
  readonly words: string;
};

export type FaultView = {
  readonly id: string;
  readonly group: "Discord" | "OpenRouter's models" | "OpenRouter's catalogue";
  readonly label: string;
  readonly isOn: boolean;
};

/** A line of the wire: a request with its answer, an event, or what Discord would not have taken. */
export type WireEntry = {
  readonly number: number;
  readonly at: string;
  readonly kind: "request" | "event" | "violation";
  readonly to: "Discord" | "OpenRouter" | "bot";
  readonly title: string;
  /** The answer's status; null for what has none. */
  readonly status: number | null;
  readonly fault: string | null;
  readonly detail: string;
};

export type Tidings =
  | {
      readonly kind: "everything";
      readonly servers: readonly ServerEntry[];
      readonly here: ServerView;
      readonly messages: readonly WireMessage[];
      readonly stage: StageView;
      readonly wire: readonly WireEntry[];
    }
  | { readonly kind: "here"; readonly here: ServerView }
  | { readonly kind: "messages"; readonly messages: readonly WireMessage[]; readonly gone: readonly string[] }
  | { readonly kind: "stage"; readonly stage: StageView }
  | { readonly kind: "wire"; readonly entries: readonly WireEntry[] };

/** Who acts where. */
export type Actor = { readonly serverId: string; readonly as: string };

/** A value of an option: text, a number, true or false, the id of a member, channel or role, or of an uploaded file. */
export type OptionValue = string | number | boolean;

/** What is put into a field of a form: text, what is chosen, or ids of uploaded files. */
export type FieldEntry = string | { readonly chosen: readonly string[] } | { readonly uploads: readonly string[] };

export type Acts = {
  say: { readonly channelId: string; readonly content: string; readonly uploads: readonly string[] };
  command: {
    readonly channelId: string;
    readonly line: string;
    readonly options: Readonly<Record<string, OptionValue>>;
  };
  autocomplete: Acts["command"] & { readonly focused: string };
  menu: {
    readonly channelId: string;
    readonly command: string;
    readonly on: "message" | "person";
    readonly targetId: string;
  };
  press: { readonly messageId: string; readonly customId: string };
  choose: Acts["press"] & { readonly values: readonly string[] };
  vote: { readonly messageId: string; readonly answerIds: readonly number[] };
  submit: { readonly formId: string; readonly fields: Readonly<Record<string, FieldEntry>> };
  /** The commands this member may use in a channel. */
  commands: { readonly channelId: string };
};

/** A form the bot opened. */
export type Form = {
  readonly id: string;
  readonly title: string;
  /** As on the wire: labels with their components, and text. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
};

/** A registered command as Discord lists it. */
export type CommandEntry = {
  readonly name: string;
  /** 1 typed, 2 in a person's menu, 3 in a message's menu. */
  readonly type: number;
  readonly description: string;
  readonly options: readonly Readonly<Record<string, unknown>>[];
};

export type Choice = { readonly name: string; readonly value: string | number };

/** What came of an act. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "form"; readonly form: Form }
  | { readonly kind: "choices"; readonly choices: readonly Choice[] }
  | { readonly kind: "commands"; readonly commands: readonly CommandEntry[] }
  /** The bot did not answer within three seconds. */
  | { readonly kind: "silence" }
  /** Discord does not let this member do that; the words are for them. */
  | { readonly kind: "refused"; readonly words: string };

/** What the visitor does to the playground itself. */
export type Controls = {
  story: { readonly to: "play" | "pause" | "step" | "start-over" };
  clock: { readonly ms: number };
  fault: { readonly id: string; readonly on: boolean };
  bot: { readonly to: "restart" };
};
