import { expect, it } from "vitest";
import type { Command } from "../../src/discord/command.ts";
import { serverCommand } from "../../src/discord/command.ts";
import { areRegistered, registerCommands } from "../../src/discord/registration.ts";
import { onDiscord } from "./on-discord.ts";

const run = async () => ({});

function aCommand(name: string, says = `The command ${name}`): Command {
  const data = serverCommand(name, says)
    .setDefaultMemberPermissions(32n)
    .addStringOption((model) =>
      model.setName("model").setDescription("A model").setRequired(true).setAutocomplete(true),
    )
    .addStringOption((board) =>
      board.setName("board").setDescription("A board").addChoices({ name: "Calls", value: "calls" }),
    )
    .addIntegerOption((stake) => stake.setName("stake").setDescription("Points").setMinValue(0).setMaxValue(250))
    .addChannelOption((channel) => channel.setName("channel").setDescription("A channel"));
  return { data: data.toJSON(), run };
}

const withParts: Command = {
  data: serverCommand("settle", "Settle")
    .addSubcommand((sub) => sub.setName("void").setDescription("Void"))
    .addSubcommand((sub) => sub.setName("freeze").setDescription("Freeze"))
    .toJSON(),
  run,
};

it("commands are registered at the first start and left alone at the next, until one changes", async () => {
  const { discord, client } = await onDiscord(() => null);
  const register = (commands: Command[]) => registerCommands(client.rest, client.application.id, commands, null);
  expect(await register([aCommand("guess"), withParts])).toBe("registered");
  expect(await register([aCommand("guess"), withParts])).toBe("unchanged");
  expect(await register([withParts, aCommand("guess")])).toBe("unchanged");
  expect(discord.commandWrites).toBe(1);
  expect(await register([aCommand("guess", "Another text"), withParts])).toBe("registered");
  expect(await register([aCommand("guess", "Another text")])).toBe("registered");
  expect(discord.commands().map(({ name }) => name)).toEqual(["guess"]);
  discord.expectNoViolations();
});

it("commands can be registered in one server only, again once", async () => {
  const { discord, client } = await onDiscord(() => null);
  const [server] = discord.servers;
  const register = () => registerCommands(client.rest, client.application.id, [aCommand("guess")], server?.id ?? "");
  expect(await register()).toBe("registered");
  expect(await register()).toBe("unchanged");
  expect(discord.commands()).toEqual([]);
  expect(discord.commands(server).map(({ name }) => name)).toEqual(["guess"]);
  discord.expectNoViolations();
});

it("every change to a command is seen, and nothing Discord adds to it is taken for one", () => {
  const { data } = aCommand("guess");
  const listed = {
    id: "1",
    application_id: "2",
    version: "3",
    type: 1,
    nsfw: false,
    dm_permission: false,
    name_localizations: null,
    description_localizations: null,
    ...data,
    options: (data.options ?? []).map((option) => ({ name_localizations: null, ...option })),
  };
  expect(areRegistered([data], [listed])).toBe(true);
  expect(areRegistered([data], [])).toBe(false);
  expect(areRegistered([data], [listed, { ...listed, name: "other" }])).toBe(false);
  expect(areRegistered([{ ...data, description: "x" }], [listed])).toBe(false);
  expect(areRegistered([{ ...data, contexts: [0, 1] }], [listed])).toBe(false);
  expect(areRegistered([{ ...data, default_member_permissions: null }], [listed])).toBe(false);
  expect(areRegistered([{ ...data, options: (data.options ?? []).toReversed() }], [listed])).toBe(false);
  const lower = JSON.parse(JSON.stringify(data).replace('"min_value":0', '"min_value":1'));
  expect(areRegistered([lower], [listed])).toBe(false);
});
