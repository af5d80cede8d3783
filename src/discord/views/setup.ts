import { mostAccessIds, type QuestionAccess } from "../../domain/question-access.ts";
import type { DeliveryProblem, ServerSettings, ServerTrouble } from "../../domain/server.ts";
import type { NeededPermission } from "../channel-permissions.ts";
import type { MessageView } from "./message.ts";
import { count, counted, moment } from "./numbers.ts";
import { bold, fittingLines, shown } from "./text.ts";

/** Why a channel or role cannot be chosen. */
export type SetupRefusal =
  | "forum"
  | "thread"
  | "voice"
  | "not-a-text-channel"
  | "everyone-as-ping"
  | "everyone-as-moderator"
  | "set-and-reset"
  | "access-full";

const refusals = {
  forum:
    "Forum and media channels hold only posts, so an announcement has nowhere to stand. Choose a text or announcement channel.",
  thread: "A thread goes to sleep, and announcements would get lost with it. Choose the text channel it belongs to.",
  voice: "Announcements cannot have threads in a voice or stage channel. Choose a text or announcement channel.",
  "not-a-text-channel": "That is a category. Choose a text or announcement channel.",
  "everyone-as-ping": "I do not ping everyone. Choose a role that members can take if they want to be pinged.",
  "everyone-as-moderator": "Then everybody could settle. Choose the role of your moderators.",
  "set-and-reset": "Set something or reset something, not the same thing at once.",
  "access-full": `At most ${mostAccessIds} roles and channels can stand on each list. Reset the list first.`,
} satisfies Record<SetupRefusal, string>;

/** Why nothing was saved. */
export function setupRefusal(reason: SetupRefusal): MessageView {
  return { content: `${refusals[reason]}\nNothing was changed.` };
}

const problems = {
  "channel-gone": "The channel is gone. Choose another with `/setup channel`.",
  "no-access": "I cannot see the channel. Give me View Channel there.",
  "cannot-send": "I may not write there. Give me Send Messages.",
  "cannot-embed": "I may not show cards there. Give me Embed Links.",
  "cannot-thread":
    "I may not open threads there. Give me Create Public Threads and Send Messages in Threads, or set `thread-per-model` to False.",
  "cannot-poll": "I may not post polls there. Give me Create Polls, or set `poll-per-model` to False.",
  "cannot-read-history": "I cannot see what I posted before. Give me Read Message History.",
  "discord-failed": "Discord did not take it, several times.",
} satisfies Record<DeliveryProblem, string>;

const messages = {
  hello: "my first message",
  summary: "the list of open models",
  announcement: "an announcement",
  trouble: "a notice about this",
  evidence: "evidence in a model's thread",
  change: "what became of a model",
  shrunk: "that OpenRouter's list lost over half of its models",
  waiting: "that listings wait for moderators",
  decision: "what moderators decided",
  candidate: "a candidate for the moderators",
  deadline: "a question to the moderators",
  poll: "a poll",
} satisfies Record<ServerTrouble["kind"], string>;

function troubleLine(trouble: ServerTrouble): string {
  const what =
    (trouble.kind === "announcement" || trouble.kind === "poll") && trouble.modelName !== null
      ? `the ${trouble.kind === "poll" ? "poll on" : "announcement of"} ${bold(trouble.modelName, shown.modelName)}`
      : messages[trouble.kind];
  const where = trouble.channelId === null ? "" : ` in <#${trouble.channelId}>`;
  return `• Not posted: ${what}${where}, ${moment(trouble.at, "R")}. ${problems[trouble.problem]}`;
}

/** A channel set in /setup as it is now. */
export type ChannelCheck = {
  readonly channelId: string;
  /** It is no longer there. */
  readonly gone: boolean;
  /** Permissions the bot lacks in it. */
  readonly lacking: readonly NeededPermission[];
};

/** What was found out about the channels and the role as they are now. */
export type SetupCheck = {
  readonly channels: readonly ChannelCheck[];
  /** The role can be pinged by the bot; null where that could not be found out. */
  readonly canPing: boolean | null;
};

function channelLines(settings: ServerSettings, { channelId, gone, lacking }: ChannelCheck): string[] {
  const option = channelId === settings.announcementChannelId ? "channel" : "moderator-channel";
  if (gone) return [`• The channel is gone. Choose another with \`/setup ${option}\`.`];
  if (lacking.length === 0) return [];
  return [
    `• In <#${channelId}> I lack: **${lacking.join(", ")}**. Give me that, then run \`/setup ${option}\` again: I post what waits.`,
  ];
}

function checkLines(settings: ServerSettings, { channels, canPing }: SetupCheck): string[] {
  return [
    ...(settings.announcementChannelId === null
      ? ["• No announcement channel yet, so I announce nothing. Choose one with `/setup channel`."]
      : []),
    ...channels.flatMap((channel) => channelLines(settings, channel)),
    ...(settings.pingRoleId !== null && canPing === false
      ? [`• I may not ping <@&${settings.pingRoleId}>. Let anyone mention the role, or give me Mention Everyone.`]
      : []),
  ];
}

/** Who may ask models where; nothing where everybody may everywhere. */
function accessLines(access: QuestionAccess): string[] {
  const list = (what: string, ids: readonly string[], mark: string) =>
    ids.length === 0
      ? []
      : [
          `${what}: ${ids
            .slice(0, 10)
            .map((id) => `<${mark}${id}>`)
            .join(", ")}${ids.length > 10 ? ` and ${ids.length - 10} more` : ""}`,
        ];
  return [
    ...list("Only these roles may ask models", access.allowedRoleIds, "@&"),
    ...list("These roles may not ask models", access.barredRoleIds, "@&"),
    ...list("Models may be asked only in", access.allowedChannelIds, "#"),
    ...list("Models may not be asked in", access.barredChannelIds, "#"),
  ];
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** The settings of a server, what is wrong with them, and what could not be delivered. */
export function setupView(
  settings: ServerSettings,
  troubles: readonly ServerTrouble[],
  check: SetupCheck,
  { saved }: { saved: boolean },
): MessageView {
  const { announcementChannelId, pingRoleId, moderatorRoleId, moderatorChannelId, minimumAccountDays } = settings;
  const wrong = [...checkLines(settings, check), ...troubles.slice(0, 5).map(troubleLine)];
  const unseen = troubles.length - 5;
  const lines = [
    saved ? "**Saved.** The settings are now:" : "**Settings**",
    `Announcement channel: ${announcementChannelId === null ? "none" : `<#${announcementChannelId}>`}`,
    `Role to ping: ${pingRoleId === null ? "none" : `<@&${pingRoleId}>`}`,
    `Thread per model: ${yesNo(settings.threadPerModel)}`,
    `Poll per model: ${yesNo(settings.pollPerModel)}`,
    `Moderator role: ${moderatorRoleId === null ? "none, Manage Server only" : `<@&${moderatorRoleId}>`}`,
    `Moderators' channel: ${moderatorChannelId === null ? "none, so I tell them in the announcement channel" : `<#${moderatorChannelId}>`}`,
    `Stakes from wallets: ${yesNo(!settings.guessOnly)}`,
    `Accounts must be: ${minimumAccountDays === 0 ? "of any age" : `${counted(minimumAccountDays, "day")} old`}`,
    `Questions to models: ${settings.questionsPerDay === 0 ? "none" : `${count(settings.questionsPerDay)} a day`}`,
    ...accessLines(settings.questionAccess),
    "",
    ...(wrong.length > 0 ? ["**To be put right**", ...wrong] : ["All is well."]),
    ...(unseen > 0 ? [`… and ${counted(unseen, "message")} more not posted`] : []),
  ];
  return { content: fittingLines(lines, 2000) };
}
