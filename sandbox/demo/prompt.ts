import { createInterface } from "node:readline";
import type { Channel } from "../discord/channel.ts";
import type { ShownModal } from "../discord/exchange.ts";
import type { Member } from "../discord/member.ts";
import type { Message } from "../discord/message.ts";
import { answersOf, takesVotes } from "../discord/polls.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import { compareSnowflakes } from "../discord/snowflakes.ts";
import { CannotType } from "../discord/typed-options.ts";
import { allComponents, ComponentKind, rawList, SELECT_KINDS, text } from "../discord/wire.ts";
import type { StoryClock } from "./clock.ts";
import type { Paint } from "./paint.ts";
import type { Stage } from "./stage.ts";
import type { Transcript } from "./transcript.ts";
import { NotUnderstood, readCommand, readLine } from "./typed-line.ts";

export type Playground = {
  readonly discord: DiscordSandbox;
  readonly channel: Channel;
  readonly clock: StoryClock;
  readonly transcript: Transcript;
  readonly stage: Stage;
  readonly paint: Paint;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Ends the play from outside. */
  readonly signal: AbortSignal;
};

const help = [
  "WHO /COMMAND OPTION:VALUE …   as in Discord:    ann /guess model:Healer Alpha lab:Xiaomi stake:50",
  "WHO press BUTTON              the latest one:   ann press Raise",
  "WHO pick CHOICE               from a menu:      ann pick DeepSeek",
  "WHO vote ANSWER               in an open poll:  ann vote DeepSeek",
  "wait 2 days                   moves the clock on (minutes, hours, days)",
  "join NAME                     somebody new comes into the server",
  "help, quit",
];

/** A pipe that stays open and silent has nobody at its other end. */
const silenceMs = 5_000;
const lookMs = 500;

/** Lets a person play until they quit, end the input, or nothing more comes through a pipe. */
export function play(ground: Playground): Promise<void> {
  const { discord, channel, clock, transcript, stage, paint, input, output, signal } = ground;
  const { server } = channel;
  const isPerson = input.isTTY === true;
  const reader = createInterface({ input, output, terminal: isPerson, prompt: isPerson ? "> " : "" });
  /** A modal that is being filled in, field by field. */
  let form: { member: Member; modal: ShownModal; fields: Record<string, string> } | null = null;
  let work = Promise.resolve();
  let isOver = false;
  let hasQuit = false;

  const ask = () => {
    if (isOver) return;
    const field = form?.modal.fields.find(({ customId }) => !(customId in (form?.fields ?? {})));
    reader.setPrompt(isPerson ? (field ? `${field.label}: ` : "> ") : "");
    reader.prompt();
  };

  async function fillIn(line: string): Promise<void> {
    if (!form) return;
    const { member, modal, fields } = form;
    const field = modal.fields.find(({ customId }) => !(customId in fields));
    if (field) fields[field.customId] = line.trim();
    if (modal.fields.some(({ customId }) => !(customId in fields))) return;
    form = null;
    await stage.fills(member, modal, fields);
  }

  async function obey(line: string): Promise<void> {
    if (form) return fillIn(line);
    const wish = readLine(line);
    switch (wish.kind) {
      case "nothing":
        return;
      case "help":
        for (const each of [...help, `Here are: ${names()}.`]) transcript.line(each);
        return;
      case "quit":
        hasQuit = true;
        reader.close();
        return;
      case "wait":
        clock.pass(wish.ms);
        transcript.narrate(`It is ${clock.now().toISOString().slice(0, 16).replace("T", " ")} UTC.`);
        return;
      case "join":
        server.addMember(wish.name);
        transcript.line(`${wish.name} is here.`);
        return;
      case "command": {
        const member = memberCalled(wish.who);
        const { line: typed, options, said } = await readCommand(discord, member, channel, wish.command);
        await stage.types(member, channel, typed, options, said);
        return;
      }
      case "press": {
        const member = memberCalled(wish.who);
        const found = latest(member, wish.what, usableButtons);
        if (!found) throw new NotUnderstood(`No message ${member.name} sees has a button “${wish.what}” to press.`);
        const exchange = await stage.presses(member, found.message, found.what);
        if (exchange.answer === "modal") openForm(member, await exchange.modal());
        return;
      }
      case "pick": {
        const member = memberCalled(wish.who);
        const found = latest(member, wish.what, menuChoices);
        if (!found) throw new NotUnderstood(`No menu ${member.name} sees has the choice “${wish.what}”.`);
        const exchange = await stage.picks(member, found.message, found.what);
        if (exchange.answer === "modal") openForm(member, await exchange.modal());
        return;
      }
      case "vote": {
        const member = memberCalled(wish.who);
        const found = latest(member, wish.what, openAnswers);
        if (!found) throw new NotUnderstood(`No open poll ${member.name} sees has the answer “${wish.what}”.`);
        transcript.act(member.name, `votes for “${found.what}”`);
        member.vote(found.message, []);
        member.vote(found.message, [found.what]);
        transcript.catchUp();
        return;
      }
    }
  }

  function openForm(member: Member, modal: ShownModal): void {
    form = { member, modal, fields: {} };
    transcript.line(`A form opens, “${modal.title}”. The next line goes into “${modal.fields[0]?.label ?? ""}”.`);
  }

  function memberCalled(who: string): Member {
    const found = people().find(({ name }) => name.toLowerCase() === who);
    if (found) return found;
    throw new NotUnderstood(`Nobody here is called ${who}. Here are: ${names()}; join NAME brings somebody new.`);
  }

  function people(): Member[] {
    // The sandbox gives every server an owner, who is nobody in the story.
    return [...server.members.values()].filter((member) => !member.user.bot && member !== server.owner);
  }

  function names(): string {
    return people()
      .map(({ name }) => name)
      .join(", ");
  }

  /** The latest message with exactly this label, else the latest with one that begins like it. */
  function latest(
    member: Member,
    wanted: string,
    labelsOf: (message: Message) => string[],
  ): { message: Message; what: string } | null {
    const messages = [...server.channels.values()]
      .flatMap((one) => one.messages({ as: member }))
      .filter(({ loading }) => !loading)
      .sort((a, b) => compareSnowflakes(b.id, a.id));
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

  return new Promise((resolve) => {
    let silence: NodeJS.Timeout | undefined;
    const listen = () => {
      clearTimeout(silence);
      if (!isPerson) silence = setTimeout(() => reader.close(), silenceMs);
    };
    // What comes by itself, an announcement for instance.
    const looking = setInterval(() => {
      if (transcript.catchUp()) ask();
    }, lookMs);
    const end = () => reader.close();
    signal.addEventListener("abort", end, { once: true });
    reader.on("SIGINT", end);
    reader.on("line", (line) => {
      listen();
      work = work.then(async () => {
        if (signal.aborted || hasQuit) return;
        try {
          await obey(line);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          const isExpected = error instanceof NotUnderstood || error instanceof CannotType;
          transcript.line(paint("red", isExpected ? error.message : `That did not work: ${error.message}`));
        }
        ask();
      });
    });
    reader.once("close", () => {
      isOver = true;
      clearInterval(looking);
      clearTimeout(silence);
      signal.removeEventListener("abort", end);
      void work.then(resolve);
    });
    if (signal.aborted) end();
    else {
      listen();
      ask();
    }
  });
}

/** The labels of the buttons that can be pressed. */
function usableButtons(message: Message): string[] {
  return allComponents(message.components)
    .filter((part) => part.type === ComponentKind.Button && part.disabled !== true && !part.url)
    .map((button) => text(button.label));
}

/** The answers of a poll that takes votes. */
function openAnswers(message: Message): string[] {
  return takesVotes(message) ? answersOf(message) : [];
}

/** The labels of what can be chosen from menus. */
function menuChoices(message: Message): string[] {
  return allComponents(message.components)
    .filter((part) => SELECT_KINDS.includes(Number(part.type)))
    .flatMap((menu) => rawList(menu.options).map((option) => text(option.label)));
}
