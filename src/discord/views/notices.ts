import type { MessageView } from "./message.ts";

/** Said where the bot has no server to act in. */
export const onlyInServers: MessageView = { content: "I only work in servers. Use me in a channel of one." };

/** What a message becomes that was posted for more words than there are. */
export const nothingHere: MessageView = { content: "…", components: [] };

/** After a surprise: what happened is in the log, under this id. */
export function apology(interactionId: string): MessageView {
  return {
    content: `Sorry, something went wrong on my side. Please try again.\nIf it stays like this, tell the host: \`${interactionId}\``,
  };
}

/** A button or menu of another version of the bot. */
export function outdated(commandName: string | null): MessageView {
  const instead = commandName === null ? "`/help` lists what I can do now." : `Use \`/${commandName}\`.`;
  return { content: `This button is from an older version. ${instead}` };
}

export const moderatorsOnly: MessageView = {
  content: "Only moderators can do this: members with Manage Server, or with the moderator role set in `/setup`.",
};

export const managersOnly: MessageView = { content: "Only members with Manage Server can do this." };

export const mayNotSpeak: MessageView = {
  content: "You may not write in this channel, so I do not share it here. Share it where you may write.",
};
