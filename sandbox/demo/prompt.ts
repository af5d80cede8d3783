import { createInterface } from "node:readline";
import type { Channel } from "../discord/channel.ts";
import type { Exchange } from "../discord/exchange.ts";
import type { Member } from "../discord/member.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import { CannotType } from "../discord/typed-options.ts";
import type { StoryClock } from "./clock.ts";
import {
  buttonSaying,
  memberCalled,
  menuCommandCalled,
  menuOffering,
  messageWith,
  namesIn,
  pollOffering,
} from "./in-sight.ts";
import { NotUnderstood } from "./not-understood.ts";
import type { Paint } from "./paint.ts";
import type { Stage } from "./stage.ts";
import type { Transcript } from "./transcript.ts";
import { readTypedFile } from "./typed-file.ts";
import { askedFor, fillNext, nextField, type TypedForm } from "./typed-form.ts";
import { readCommand, readLine, type TypedLine } from "./typed-line.ts";

export type PromptGround = {
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
  "WHO says WORDS                bob says Look, it counts tokens as MiMo does! file:./picture.png",
  "WHO menu COMMAND on WORDS     of a message:     ann menu File as evidence on counts tokens",
  "                              A form asks for one thing after the other; cancel closes it.",
  "file:PATH                     a file of yours:  ann /evidence add model:Healer Alpha … file:./picture.png",
  "WHO vote ANSWER               in an open poll:  ann vote DeepSeek",
  "wait 2 days                   moves the clock on (minutes, hours, days)",
  "join NAME                     somebody new comes into the server",
  "help, quit",
];

/** A pipe that stays open and silent has nobody at its other end. */
const silenceMs = 5_000;
const lookMs = 500;

/** Lets a person play until they quit, or the input ends, or nothing more comes through a pipe; tells which. */
export function play(ground: PromptGround): Promise<"quit" | "ended"> {
  const { discord, channel, clock, transcript, stage, paint, input, output, signal } = ground;
  const { server } = channel;
  const isPerson = input.isTTY === true;
  const reader = createInterface({ input, output, terminal: isPerson, prompt: isPerson ? "> " : "" });
  /** The form that is being filled in. */
  let form: (TypedForm & { readonly member: Member }) | null = null;
  let work = Promise.resolve();
  let isOver = false;
  let hasQuit = false;

  const ask = () => {
    if (isOver) return;
    const field = form && nextField(form);
    reader.setPrompt(isPerson ? (field ? `${field.label}: ` : "> ") : "");
    reader.prompt();
  };

  async function fillIn(line: string): Promise<void> {
    if (!form) return;
    if (line.trim().toLowerCase() === "cancel") {
      form = null;
      transcript.line("The form is closed, and nothing was sent.");
      return;
    }
    fillNext(form, line);
    const field = nextField(form);
    if (field) {
      transcript.line(`Next: ${askedFor(field)}`);
      return;
    }
    const { member, modal, given } = form;
    form = null;
    await stage.fills(member, modal, given);
  }

  async function obey(line: string): Promise<void> {
    if (form) return fillIn(line);
    const wish = readLine(line);
    switch (wish.kind) {
      case "nothing":
        return;
      case "help":
        for (const each of [...help, `Here are: ${namesIn(server)}.`]) transcript.line(each);
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
        const member = memberCalled(server, wish.who);
        const { line: typed, options, said } = await readCommand(discord, member, channel, wish.command);
        await openForm(member, await stage.types(member, channel, typed, options, said));
        return;
      }
      case "say":
        say(wish);
        return;
      case "menu": {
        const member = memberCalled(server, wish.who);
        const command = menuCommandCalled(discord, wish.command);
        await openForm(member, await stage.chooses(member, command, messageWith(member, wish.words)));
        return;
      }
      case "press": {
        const member = memberCalled(server, wish.who);
        const { message, what } = buttonSaying(member, wish.what);
        await openForm(member, await stage.presses(member, message, what));
        return;
      }
      case "pick": {
        const member = memberCalled(server, wish.who);
        const { message, what } = menuOffering(member, wish.what);
        await openForm(member, await stage.picks(member, message, what));
        return;
      }
      case "vote": {
        const member = memberCalled(server, wish.who);
        const { message, what } = pollOffering(member, wish.what);
        transcript.act(member.name, `votes for “${what}”`);
        member.vote(message, []);
        member.vote(message, [what]);
        transcript.catchUp();
        return;
      }
    }
  }

  /** Begins to fill in the form an act was answered with, if it was. */
  async function openForm(member: Member, exchange: Exchange): Promise<void> {
    if (exchange.answer !== "modal") return;
    form = { member, modal: await exchange.modal(), given: {} };
    const field = nextField(form);
    transcript.line(`A form opens, “${form.modal.title}”. The next line goes into ${field ? askedFor(field) : "it"}`);
  }

  function say({ who, words, file }: Extract<TypedLine, { kind: "say" }>): void {
    const member = memberCalled(server, who);
    const attached = file === null ? [] : [readTypedFile(file)];
    const files = attached.map(({ filename: name, content, contentType = "" }) => ({
      name,
      contentType,
      bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
    }));
    member.say(channel, words, files);
    transcript.catchUp();
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
      void work.then(() => resolve(hasQuit || isPerson ? "quit" : "ended"));
    });
    if (signal.aborted) end();
    else {
      listen();
      ask();
    }
  });
}
