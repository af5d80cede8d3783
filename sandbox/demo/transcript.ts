import type { Server } from "../discord/guild.ts";
import type { Message } from "../discord/message.ts";
import { compareSnowflakes } from "../discord/snowflakes.ts";
import type { Paint } from "./paint.ts";

/** What happens in the story's server, as a person reads it. */
export type Transcript = {
  /** A sentence of the narrator. */
  narrate(words: string): void;
  /** What a member does: types, presses, picks. */
  act(name: string, words: string): void;
  /** Prints every message that is new or has changed since the last time, ephemeral ones too. Tells whether there were any. */
  catchUp(): boolean;
  /** A line of the demo itself, outside of the story. */
  line(words?: string): void;
};

const width = 110;
const indent = " ".repeat(7);

/** Writes the transcript to `write`, a line at a time. */
export function createTranscript(parts: {
  server: Server;
  now: () => Date;
  paint: Paint;
  write: (line: string) => void;
}): Transcript {
  const { server, now, paint, write } = parts;
  const seen = new Map<Message, string>();
  let day = "";

  function clock(): string {
    const at = now();
    const today = at.toLocaleDateString("en-GB", {
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    });
    if (today !== day) {
      day = today;
      write("");
      write(paint("bold", `━━ ${today}, UTC ${"━".repeat(Math.max(0, 60 - today.length))}`));
    }
    return at.toISOString().slice(11, 16);
  }

  function print(message: Message, isChange: boolean): void {
    const { channel } = message;
    const where = channel.isThread ? `thread “${channel.name}”` : `#${channel.name}`;
    const who = message.visibleTo ? paint("yellow", `only ${message.visibleTo.name} sees this`) : paint("dim", where);
    const time = clock();
    write("");
    write(
      `${paint("dim", time)}  ${paint("magenta", message.author.username)}  ${who}${isChange ? paint("dim", ", changed") : ""}`,
    );
    for (const line of painted(message.text, paint)) write(`${indent}${line}`);
    if (message.thread) write(`${indent}${paint("cyan", `↳ thread “${message.thread.name}”`)}`);
  }

  return {
    narrate(words) {
      clock();
      write("");
      for (const line of wrapped(words, width)) write(paint("italic", line));
    },
    act(name, words) {
      const time = clock();
      write("");
      write(`${paint("dim", time)}  ${paint("green", name)} ${words}`);
    },
    catchUp() {
      const messages = [...server.channels.values()]
        .flatMap((channel) => channel.history)
        .filter((message) => !message.deleted && !message.loading)
        .sort((a, b) => compareSnowflakes(a.id, b.id));
      let printed = false;
      for (const message of messages) {
        const before = seen.get(message);
        const text = message.text;
        if (before === text) continue;
        seen.set(message, text);
        print(message, before !== undefined);
        printed = true;
      }
      return printed;
    },
    line(words = "") {
      write(words);
    },
  };
}

/** Lines of at most `most` signs; words longer than that stay whole. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A message's text with Discord's markdown turned into colours, or taken out where there are none. */
function painted(text: string, paint: Paint): string[] {
  return text.split("\n").flatMap((whole) => {
    const isQuoted = whole.startsWith("│ ");
    const bar = isQuoted ? `${paint("blue", "│")} ` : "";
    let isBold = false;
    return wrapped(isQuoted ? whole.slice(2) : whole, width - indent.length - 2).map((line) => {
      if (/^\[[^[\]]+\](?: \[[^[\]]+\])*$/.test(line)) return bar + paint("cyan", line);
      return bar + inline(line);
    });

    function inline(line: string): string {
      let out = "";
      let run = "";
      const flush = () => {
        out += isBold && run !== "" ? paint("bold", run) : run;
        run = "";
      };
      for (const [token] of line.matchAll(/\\[\s\S]|\*\*|`[^`]*`|[\s\S]/g)) {
        if (token === "**") {
          flush();
          isBold = !isBold;
        } else if (token.length > 1 && token.startsWith("`")) {
          flush();
          out += paint("cyan", token.slice(1, -1));
        } else run += token.length === 2 && token.startsWith("\\") ? token.slice(1) : token;
      }
      flush();
      return out;
    }
  });
}
