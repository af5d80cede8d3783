import type { APIMessage } from "discord.js";
import { expect, it } from "vitest";
import { ownText } from "../../sandbox/page/message/own-text.ts";

const said = (message: object) => ownText(message as APIMessage);

it("the text of a message is what was written in it, and nothing around it", () => {
  expect(said({ content: "Its **refusals** read like MiMo's.", author: { username: "ann" } })).toBe(
    "Its **refusals** read like MiMo's.",
  );
  expect(said({ content: "", embeds: [{ title: "A", description: "b", fields: [{ name: "c", value: "d" }] }] })).toBe(
    "A\n\nb\n\nc\nd",
  );
  const question = { text: "Who built it?" };
  expect(said({ content: "", poll: { question, answers: [{ poll_media: { text: "Xiaomi" } }] } })).toBe(
    "Who built it?\n\n- Xiaomi",
  );
});

it("so is that of a message laid out in parts, without its buttons", () => {
  const button = { type: 2, label: "Guess", custom_id: "x", style: 1 };
  const section = { type: 9, components: [{ type: 10, content: "Price: free" }], accessory: button };
  const container = { type: 17, components: [{ type: 10, content: "## Hunter Alpha" }, { type: 14 }, section] };
  const buttons = { type: 1, components: [button] };
  expect(said({ content: "", components: [container, buttons] })).toBe("## Hunter Alpha\n\nPrice: free");
});
