import type { Channel } from "../discord/channel.ts";
import type { Exchange, ShownModal } from "../discord/exchange.ts";
import type { Member } from "../discord/member.ts";
import type { Message } from "../discord/message.ts";
import type { TypedOptions } from "../discord/typed-options.ts";
import type { Transcript } from "./transcript.ts";

/** Where members act so that everybody can read along: each act waits for all of the bot's answer and prints it. */
export type Stage = {
  /** @param said how the whole reads; made from line and options if left out */
  types(member: Member, channel: Channel, line: string, options?: TypedOptions, said?: string): Promise<Exchange>;
  presses(member: Member, message: Message, button: string): Promise<Exchange>;
  /** Presses what also says something to the whole channel, and gives that. */
  announces(member: Member, message: Message, button: string): Promise<Message>;
  /** Presses what makes the bot tell its channel something on its own account, and gives that. */
  decides(member: Member, message: Message, button: string, words: string): Promise<Message>;
  picks(member: Member, message: Message, choice: string): Promise<Exchange>;
  fills(member: Member, modal: ShownModal, fields: Record<string, string>): Promise<Exchange>;
};

/** @param pause called after every act, to give a person time to read */
export function createStage(transcript: Transcript, pause: () => Promise<void>): Stage {
  async function follow(exchange: Exchange, followUps = 0): Promise<Exchange> {
    try {
      await exchange.settled();
      // What was only acknowledged so far is answered later.
      if (exchange.deferred) await exchange.reply();
      if (followUps > 0) await exchange.followUp(followUps - 1);
      return await exchange.settled();
    } finally {
      transcript.catchUp();
      await pause();
    }
  }
  return {
    types(member, channel, line, options = {}, said = saidOf(line, options)) {
      const exchange = member.command(channel, line, options);
      transcript.act(member.name, said);
      return follow(exchange);
    },
    presses(member, message, button) {
      const exchange = member.press(message, button);
      transcript.act(member.name, `presses [${exchange.name}]`);
      return follow(exchange);
    },
    async announces(member, message, button) {
      const exchange = member.press(message, button);
      transcript.act(member.name, `presses [${exchange.name}]`);
      return (await follow(exchange, 1)).followUp();
    },
    async decides(member, message, button, words) {
      const exchange = member.press(message, button);
      transcript.act(member.name, `presses [${exchange.name}]`);
      await exchange.reply();
      const told = await message.channel.waitFor((one) => one.text.includes(words));
      await follow(exchange);
      return told;
    },
    picks(member, message, choice) {
      const exchange = member.select(message, undefined, [choice]);
      transcript.act(member.name, `picks “${choice}”`);
      return follow(exchange);
    },
    fills(member, modal, fields) {
      const exchange = member.submit(modal, fields);
      const said = Object.entries(fields).map(([name, value]) => {
        const field = modal.fields.find((one) => one.customId === name);
        return `“${field?.label ?? name}”: ${value}`;
      });
      transcript.act(member.name, `fills in ${said.join(", ")}`);
      return follow(exchange);
    },
  };
}

function saidOf(line: string, options: TypedOptions): string {
  return [line, ...Object.entries(options).map(([name, value]) => `${name}:${shown(value)}`)].join(" ");
}

function shown(value: TypedOptions[string]): string {
  if (typeof value !== "object") return String(value);
  if ("mentionable" in value) return `@${value.name}`;
  if ("overwrites" in value) return `#${value.name}`;
  return "filename" in value ? value.filename : `@${value.name}`;
}
