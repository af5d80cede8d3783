import type { Server } from "../discord/guild.ts";
import type { Member } from "../discord/member.ts";
import type { Message } from "../discord/message.ts";
import { answersOf, takesVotes } from "../discord/polls.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import { compareSnowflakes } from "../discord/snowflakes.ts";
import { allComponents, ComponentKind, rawList, SELECT_KINDS, text } from "../discord/wire.ts";
import { NotUnderstood } from "./not-understood.ts";

/** On a message, as Discord numbers the kinds of commands. */
const menuOfMessage = 3;

/** The names of all who can act. */
export function namesIn(server: Server): string {
  return people(server)
    .map(({ name }) => name)
    .join(", ");
}

function people(server: Server): Member[] {
  return [...server.members.values()].filter((member) => !member.user.bot);
}

/** Who is called so; throws NotUnderstood. */
export function memberCalled(server: Server, who: string): Member {
  const found = people(server).find(({ name }) => name.toLowerCase() === who);
  if (found) return found;
  throw new NotUnderstood(`Nobody here is called ${who}. Here are: ${namesIn(server)}; join NAME brings somebody new.`);
}

/** The full name of a command in messages' menus; throws NotUnderstood. */
export function menuCommandCalled(discord: DiscordSandbox, wanted: string): string {
  const known = discord.commands().filter(({ type }) => type === menuOfMessage);
  const found = known.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found) return found.name;
  throw new NotUnderstood(`A message's menu has no “${wanted}”. It has: ${known.map(({ name }) => name).join(", ")}.`);
}

/** The latest message with these words in it; without any, the latest by somebody. Throws NotUnderstood. */
export function messageWith(member: Member, words: string): Message {
  const wanted = words.toLowerCase();
  const found = messagesSeenBy(member).find(({ text: all, author }) =>
    wanted === "" ? !author.bot : all.toLowerCase().includes(wanted),
  );
  if (found) return found;
  throw new NotUnderstood(`No message ${member.name} sees has “${words}” in it.`);
}

/** The latest message with a button that says so, and what it says in full; throws NotUnderstood. */
export function buttonSaying(member: Member, wanted: string): { message: Message; what: string } {
  const found = latest(member, wanted, usableButtons);
  if (!found) throw new NotUnderstood(`No message ${member.name} sees has a button “${wanted}” to press.`);
  return found;
}

/** The latest message with a menu that has this choice, and the choice in full; throws NotUnderstood. */
export function menuOffering(member: Member, wanted: string): { message: Message; what: string } {
  const found = latest(member, wanted, menuChoices);
  if (!found) throw new NotUnderstood(`No menu ${member.name} sees has the choice “${wanted}”.`);
  return found;
}

/** The latest open poll with an answer that says so, and the answer in full; throws NotUnderstood. */
export function pollOffering(member: Member, wanted: string): { message: Message; what: string } {
  const found = latest(member, wanted, openAnswers);
  if (!found) throw new NotUnderstood(`No open poll ${member.name} sees has the answer “${wanted}”.`);
  return found;
}

/** Newest first. */
function messagesSeenBy(member: Member): Message[] {
  return [...member.server.channels.values()]
    .flatMap((one) => one.messages({ as: member }))
    .filter(({ loading }) => !loading)
    .sort((a, b) => compareSnowflakes(b.id, a.id));
}

/** The latest message with exactly this label, else the latest with one that begins like it. */
function latest(
  member: Member,
  wanted: string,
  labelsOf: (message: Message) => string[],
): { message: Message; what: string } | null {
  const messages = messagesSeenBy(member);
  const fits = [
    (label: string) => label.toLowerCase() === wanted.toLowerCase(),
    (label: string) => label.toLowerCase().startsWith(wanted.toLowerCase()),
  ];
  for (const fit of fits) {
    for (const message of messages) {
      const what = labelsOf(message).find(fit);
      if (what !== undefined) return { message, what };
    }
  }
  return null;
}

/** The labels of the buttons that can be pressed. */
function usableButtons(message: Message): string[] {
  return allComponents(message.components)
    .filter((part) => part.type === ComponentKind.Button && part.disabled !== true && !part.url)
    .map((button) => text(button.label));
}

/** The labels of what can be chosen from menus. */
function menuChoices(message: Message): string[] {
  return allComponents(message.components)
    .filter((part) => SELECT_KINDS.includes(Number(part.type)))
    .flatMap((menu) => rawList(menu.options).map((option) => text(option.label)));
}

/** The answers of a poll that takes votes. */
function openAnswers(message: Message): string[] {
  return takesVotes(message) ? answersOf(message) : [];
}
