import { rules } from "../../domain/rules.ts";
import type { MessageView } from "./message.ts";
import { count, points } from "./numbers.ts";

const modelsPage = "https://openrouter.ai/models";

/**
 * Five lines and the links.
 *
 * @param commands what there is to type, as registered
 * @param inviteUrl adds the bot to a server
 * @param menus what there is in the menus of messages
 */
export function helpView(
  commands: readonly { name: string }[],
  inviteUrl: string,
  menus: readonly { name: string }[] = [],
): MessageView {
  const names = [
    ...commands.map(({ name }) => `\`/${name}\``),
    ...menus.map(({ name }) => `“${name}” in a message's menu, under Apps`),
  ].join(" · ");
  return {
    content: [
      "Anonymous AI models appear on OpenRouter. Say who built them, with `/guess`, the Guess button or a vote in a poll.",
      `Your first guess on every model is on the house (${points(rules.freeStakePoints)}). You may stake up to ${rules.ownCapPoints} of your own ${count(rules.bankrollPoints)} on top.`,
      "The odds move with every guess: being early, and against the crowd, pays more. Stakes can be taken back, never with a profit.",
      "When the builder is known a moderator settles. Guesses made after it was published do not count.",
      `Commands: ${names}`,
      `Links: [OpenRouter's models](<${modelsPage}>) · [Add me to a server](<${inviteUrl}>)`,
    ].join("\n"),
  };
}
