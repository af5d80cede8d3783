import {
  ActionRowBuilder,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  type ChatInputCommandInteraction,
  ContainerBuilder,
  ContextMenuCommandBuilder,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  ModalBuilder,
  PermissionFlagsBits,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  type TextChannel,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";
import { describe, expect, test } from "vitest";
import { renderMessage } from "../../sandbox/discord/render.ts";
import { aBot, aDiscord } from "./discord-support.ts";

const guess = new SlashCommandBuilder()
  .setName("guess")
  .setDescription("Guess who built a model")
  .addStringOption((option) =>
    option.setName("model").setDescription("The model").setRequired(true).setAutocomplete(true),
  )
  .addStringOption((option) =>
    option.setName("lab").setDescription("The lab").addChoices({ name: "Xiaomi", value: "xiaomi" }),
  )
  .addIntegerOption((option) => option.setName("stake").setDescription("Points").setMinValue(1).setMaxValue(500))
  .addUserOption((option) => option.setName("with").setDescription("A friend"));
const settle = new SlashCommandBuilder()
  .setName("settle")
  .setDescription("Settle a model")
  .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
  .addSubcommand((sub) =>
    sub
      .setName("confirm")
      .setDescription("Confirm the lab")
      .addChannelOption((option) => option.setName("channel").setDescription("Where"))
      .addRoleOption((option) => option.setName("role").setDescription("Whom")),
  );

/** A server with Ann in it, and a bot that has registered /guess and /settle. */
async function aSetting(
  answer: (command: ChatInputCommandInteraction) => Promise<unknown>,
  other?: (i: Interaction) => Promise<unknown>,
) {
  const discord = await aDiscord();
  const server = discord.addServer("Lab");
  const bot = await aBot(discord, async (interaction) => {
    if (interaction.isChatInputCommand()) await answer(interaction);
    else await other?.(interaction);
  });
  await bot.application.commands.set([guess, settle]);
  return { discord, server, bot, general: server.channel("general"), ann: server.addMember({ name: "Ann" }) };
}

const buttons = (...labels: string[]) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    labels.map((label) =>
      new ButtonBuilder().setCustomId(`v1:${label.toLowerCase()}`).setLabel(label).setStyle(ButtonStyle.Primary),
    ),
  );

describe("a discord.js bot", () => {
  test("logs in, sees its servers and registers commands", async () => {
    const { discord, server, bot } = await aSetting(async () => {});
    expect(bot.guilds.cache.map((guild) => guild.name)).toEqual(["Lab"]);
    expect(bot.guilds.cache.get(server.id)?.systemChannelId).toBe(server.systemChannel?.id);
    expect((await bot.application.commands.fetch()).map((command) => command.name)).toEqual(["guess", "settle"]);
    expect((await bot.application.fetch()).name).toBe("Unmask");
    expect((await (await bot.guilds.fetch(server.id)).members.fetchMe()).id).toBe(bot.user.id);
    expect(discord.commandWrites).toBe(1);
    discord.expectNoViolations();
  });

  test("answers a command, at once or after a defer, openly or for one member's eyes", async () => {
    const { discord, general, ann } = await aSetting(async (command) => {
      if (command.options.getInteger("stake")) return command.reply(`${command.options.getInteger("stake")} on it`);
      await command.deferReply({ flags: MessageFlags.Ephemeral });
      await command.editReply("Noted.");
      return command.followUp("Ann has guessed.");
    });
    const open = ann.command(general, "/guess", { model: "Hunter", stake: 50 });
    expect(await open.reply()).toMatchObject({ content: "50 on it", ephemeral: false, type: 20 });
    expect(open.deferred).toBe(false);
    const hidden = await ann.command(general, "/guess", { model: "Hunter" }).settled();
    expect(await hidden.reply()).toMatchObject({ content: "Noted.", ephemeral: true });
    expect(hidden.deferred).toBe(true);
    expect(hidden.acknowledgedAfterMs).toBeLessThan(3000);
    expect(hidden.followUps().map((message) => message.content)).toEqual(["Ann has guessed."]);
    expect(general.messages().map((message) => message.content)).toEqual(["50 on it", "Ann has guessed."]);
    expect(general.messages({ as: ann })).toHaveLength(3);
    discord.expectNoViolations();
  });

  test("receives options, members, channels, roles and permissions as Discord sends them", async () => {
    const seen: unknown[] = [];
    const { discord, server, general, ann } = await aSetting(async (command) => {
      if (command.commandName === "guess") {
        seen.push(command.options.getUser("with")?.displayName, command.options.getString("lab"), command.context);
        seen.push(command.memberPermissions?.has("ManageGuild"), command.appPermissions.has("SendMessages"));
      } else {
        seen.push(
          command.options.getSubcommand(),
          command.options.getChannel("channel")?.name,
          command.options.getRole("role")?.name,
        );
      }
      await command.reply({ content: "ok", withResponse: true });
    });
    const bob = server.addMember({ name: "Bob", nick: "Bobby" });
    await ann.command(general, "/guess", { model: "Hunter", lab: "Xiaomi", with: bob }).reply();
    const moderator = server.addMember({ name: "Mo", permissions: ["ManageGuild"] });
    const role = server.addRole({ name: "Guessers" });
    await moderator.command(general, "/settle confirm", { channel: general, role }).reply();
    expect(seen).toEqual(["Bob", "xiaomi", 0, false, true, "confirm", "general", "Guessers"]);
    discord.expectNoViolations();
  });

  test("offers choices while a member types", async () => {
    const { discord, general, ann } = await aSetting(
      async () => {},
      async (interaction) => {
        if (!interaction.isAutocomplete()) return;
        const typed = interaction.options.getFocused();
        await interaction.respond([{ name: `${typed}ter Alpha`, value: "hunter-alpha" }]);
      },
    );
    expect(await ann.autocomplete(general, "/guess", { model: "Hun" }, "model")).toEqual([
      { name: "Hunter Alpha", value: "hunter-alpha" },
    ]);
    discord.expectNoViolations();
  });

  test("handles buttons, menus and modals", async () => {
    const { discord, server, general, ann } = await aSetting(
      async (command) => {
        const labs = new StringSelectMenuBuilder().setCustomId("v1:lab").setPlaceholder("Which lab?");
        labs.addOptions({ label: "DeepSeek", value: "deepseek" }, { label: "Another lab…", value: "other" });
        await command.reply({
          content: "Guess",
          components: [buttons("Details"), new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(labs)],
        });
      },
      async (interaction) => {
        if (interaction.isButton()) await interaction.update({ content: "More about it", components: [] });
        if (interaction.isStringSelectMenu()) {
          const lab = new TextInputBuilder()
            .setCustomId("name")
            .setLabel("Lab")
            .setStyle(TextInputStyle.Short)
            .setMaxLength(20);
          const row = new ActionRowBuilder<TextInputBuilder>().addComponents(lab);
          await interaction.showModal(
            new ModalBuilder().setCustomId("v1:other").setTitle("Another lab").addComponents(row),
          );
        }
        if (interaction.isModalSubmit())
          await interaction.reply(`You said ${interaction.fields.getTextInputValue("name")}.`);
      },
    );
    const card = await ann.command(general, "/guess", { model: "Hunter" }).reply();
    const modal = await ann.select(card, "v1:lab", ["Another lab…"]).modal();
    expect(modal.fields).toMatchObject([{ customId: "name", label: "Lab" }]);
    const bob = server.addMember("Bob");
    expect(() => bob.submit(modal, { name: "Xiaomi" })).toThrow("Only Ann");
    expect(() => ann.submit(modal, {})).toThrow("must be filled in");
    expect(() => ann.submit(modal, { name: "x".repeat(21) })).toThrow("0 to 20");
    expect((await ann.submit(modal, { name: "Xiaomi" }).reply()).content).toBe("You said Xiaomi.");
    expect(await bob.press(card, "Details").reply()).toMatchObject({ content: "More about it", components: [] });
    expect(card.edits.map((edit) => edit.content)).toEqual(["Guess"]);
    expect(() => ann.press(card, "Details")).toThrow("no button");
    discord.expectNoViolations();
  });

  test("posts, edits, reads and deletes messages, and starts threads", async () => {
    const { discord, general, bot } = await aSetting(async () => {});
    const channel = (await bot.channels.fetch(general.id)) as TextChannel;
    const created = new Promise<string>((resolve) =>
      bot.once(Events.MessageCreate, (message) => resolve(message.content)),
    );
    const coming = general.nextMessage((message) => message.content === "Listed");
    const sent = await channel.send({
      content: "Listed",
      components: [buttons("Guess")],
      nonce: "ann:1",
      enforceNonce: true,
    });
    expect(await created).toBe("Listed");
    expect((await coming).buttons).toEqual(["Guess"]);
    expect((await channel.send({ content: "Listed", nonce: "ann:1", enforceNonce: true })).id).toBe(sent.id);
    await sent.edit("Listed on 11 March");
    expect((await channel.messages.fetch({ limit: 5 })).map((message) => message.content)).toEqual([
      "Listed on 11 March",
    ]);
    const thread = await sent.startThread({ name: "Hunter Alpha" });
    await thread.send({ files: [{ attachment: Buffer.from("odds"), name: "odds.txt" }], content: "Odds" });
    expect(renderMessage(await general.server.channel("Hunter Alpha").waitFor())).toBe("Odds\n[file: odds.txt]");
    await thread.setArchived(true);
    await thread.setArchived(false);
    await thread.delete().catch(() => {});
    await sent.delete();
    expect(general.messages()).toEqual([]);
    discord.expectNoViolations();
  });

  test("sends components v2, which read well as plain text", async () => {
    const { discord, general, ann } = await aSetting(async (command) => {
      const box = new ContainerBuilder()
        .addTextDisplayComponents(new TextDisplayBuilder().setContent(`## Hunter Alpha for <@${command.user.id}>`))
        .addActionRowComponents(buttons("Guess", "Details"));
      await command.reply({ flags: MessageFlags.IsComponentsV2, components: [box], allowedMentions: { parse: [] } });
    });
    const reply = await ann.command(general, "/guess", { model: "Hunter" }).reply();
    expect(reply.text).toBe("│ ## Hunter Alpha for @Ann\n│ [Guess] [Details]");
    expect(reply.pings).toEqual({ users: [], roles: [], everyone: false });
    discord.expectNoViolations();
  });

  test("hears of servers, channels, roles and its own permissions as they change", async () => {
    const { discord, server, bot, general } = await aSetting(async () => {});
    const joined = new Promise<string>((resolve) => bot.once(Events.GuildCreate, (guild) => resolve(guild.name)));
    const second = discord.addServer("Second");
    expect(await joined).toBe("Second");
    const left = new Promise<string>((resolve) => bot.once(Events.GuildDelete, (guild) => resolve(guild.name)));
    discord.removeServer(second);
    expect(await left).toBe("Second");
    general.denyBot("SendMessages");
    const guild = bot.guilds.cache.get(server.id);
    const channel = () => guild?.channels.cache.get(general.id);
    await expect
      .poll(() => guild?.members.me && channel()?.permissionsFor(guild.members.me).has("SendMessages"))
      .toBe(false);
    general.delete();
    await expect.poll(() => channel()).toBeUndefined();
    expect(server.systemChannel).toBeUndefined();
  });

  test("posts polls, and hears of votes", async () => {
    const { discord, general, bot, ann } = await aSetting(async () => {});
    const channel = (await bot.channels.fetch(general.id)) as TextChannel;
    const answers = [{ text: "DeepSeek" }, { text: "Xiaomi" }];
    const sent = await channel.send({
      poll: { question: { text: "Who?" }, answers, duration: 24, allowMultiselect: false },
    });
    const voted = new Promise<number>((resolve) => bot.once(Events.MessagePollVoteAdd, (answer) => resolve(answer.id)));
    ann.vote(await general.waitFor(), ["Xiaomi"]);
    expect(await voted).toBe(2);
    const voters = await sent.poll?.answers.get(2)?.voters.fetch();
    expect(voters?.map((user) => user.id)).toEqual([ann.id]);
    expect((await sent.poll?.end())?.poll?.resultsFinalized).toBe(true);
    expect(() => ann.vote(sent as never, [])).toThrow();
    discord.expectNoViolations();
  });

  test("with a privileged intent is sent away with 4014", async () => {
    const discord = await aDiscord();
    const { Client } = await import("discord.js");
    const greedy = new Client({
      intents: [GatewayIntentBits.GuildMembers],
      rest: { api: discord.apiUrl, version: "10" },
    });
    const closed = new Promise<number>((resolve) =>
      greedy.once(Events.ShardDisconnect, (event) => resolve(event.code)),
    );
    greedy.on(Events.Error, () => {});
    void greedy.login(discord.token).catch(() => {});
    expect(await closed).toBe(4014);
    expect(discord.violations).toMatchObject([{ code: 4014, route: "gateway" }]);
    await greedy.destroy();
  });

  test("with a wrong token is not let in", async () => {
    const discord = await aDiscord();
    const { Client } = await import("discord.js");
    const stranger = new Client({ intents: [], rest: { api: discord.apiUrl, version: "10" } });
    await expect(stranger.login(`${discord.token}x`)).rejects.toThrow("invalid token");
    await stranger.destroy();
  });
});

describe("the messages of an interaction", () => {
  test("can be read, edited and deleted through it", async () => {
    const { discord, general, ann } = await aSetting(async (command) => {
      await command.reply("One");
      const original = await command.fetchReply();
      const more = await command.followUp(`${original.content}, two`);
      await command.editReply({ message: more, content: "Two" });
      await command.deleteReply();
    });
    const exchange = await ann.command(general, "/guess", { model: "x" }).settled();
    expect(general.messages().map((message) => message.content)).toEqual(["Two"]);
    expect(exchange.followUps()[0]?.edits.map((edit) => edit.content)).toEqual(["One, two"]);
    discord.expectNoViolations();
  });

  test("after a defer come first where the bot was thinking", async () => {
    const { discord, general, ann } = await aSetting(async (command) => {
      await command.deferReply();
      await command.followUp("Thought.");
    });
    const exchange = ann.command(general, "/guess", { model: "x" });
    expect((await exchange.reply()).content).toBe("Thought.");
    expect(general.messages()).toHaveLength(1);
    discord.expectNoViolations();
  });

  test("do not reach a thread that was archived meanwhile", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const codes: unknown[] = [];
    const { discord, server, general, ann } = await aSetting(async (command) => {
      await command.deferReply();
      await released;
      await command.editReply("Late").catch((error: { code: number }) => codes.push(error.code));
    });
    const thread = server.addChannel({ name: "Hunter Alpha", kind: "thread", parent: general });
    const exchange = ann.command(thread, "/guess", { model: "x" });
    await discord.waitUntil(() => exchange.deferred);
    thread.archive();
    release();
    await expect.poll(() => codes).toEqual([50083]);
    discord.expectNoViolations();
  });

  test("can begin in the menu of a message or of a member", async () => {
    const discord = await aDiscord();
    const general = discord.addServer("Lab").channel("general");
    const bot = await aBot(discord, async (interaction) => {
      if (interaction.isMessageContextMenuCommand())
        await interaction.reply(`Filed: ${interaction.targetMessage.content}`);
      if (interaction.isUserContextMenuCommand())
        await interaction.reply(`Record of ${interaction.targetUser.displayName}`);
    });
    const file = new ContextMenuCommandBuilder().setName("File as evidence").setType(ApplicationCommandType.Message);
    const record = new ContextMenuCommandBuilder().setName("Track record").setType(ApplicationCommandType.User);
    await bot.application.commands.set([file, record]);
    const ann = general.server.addMember("Ann");
    const said = ann.say(general, "It is DeepSeek.");
    expect((await ann.menu(general, "File as evidence", said).reply()).content).toBe("Filed: It is DeepSeek.");
    expect((await ann.menu(general, "Track record", ann).reply()).content).toBe("Record of Ann");
    discord.expectNoViolations();
  });
});

describe("registered commands", () => {
  test("keep their id and version until they change", async () => {
    const { discord, bot } = await aSetting(async () => {});
    const before = discord.commands().map(({ id, version }) => ({ id, version }));
    await bot.application.commands.set([guess, settle]);
    expect(discord.commands().map(({ id, version }) => ({ id, version }))).toEqual(before);
    await bot.application.commands.set([guess, settle.setDescription("Settle it")]);
    settle.setDescription("Settle a model");
    expect(discord.commands()[0]?.version).toBe(before[0]?.version);
    expect(discord.commands()[1]).toMatchObject({ id: before[1]?.id });
    expect(discord.commands()[1]?.version).not.toBe(before[1]?.version);
    expect(discord.commandWrites).toBe(3);
  });

  test("of one server are offered there only", async () => {
    const { discord, server, bot, general, ann } = await aSetting(async (command) => command.reply("ok"));
    const other = discord.addServer("Other");
    await bot.application.commands.set([]);
    await bot.application.commands.set([guess], server.id);
    expect((await ann.command(general, "/guess", { model: "x" }).reply()).content).toBe("ok");
    expect(() => other.owner.command(other.channel("general"), "/guess", { model: "x" })).toThrow("no command");
    discord.expectNoViolations();
  });
});

describe("a member cannot", () => {
  async function registered() {
    const setting = await aSetting(async (command) => {
      await command.reply({ content: "Mine", flags: MessageFlags.Ephemeral, components: [buttons("Raise")] });
    });
    await setting.discord.waitForCommand("guess");
    return setting;
  }

  test("type what Discord's client would not let them type", async () => {
    const { discord, server, general, ann } = await registered();
    expect(() => ann.command(general, "/nonsense")).toThrow("no command /nonsense");
    expect(() => ann.command(general, "/guess")).toThrow("needs the option model");
    expect(() => ann.command(general, "/guess", { model: "x", lap: "y" })).toThrow("no option lap");
    expect(() => ann.command(general, "/guess", { model: 7 })).toThrow("takes text");
    expect(() => ann.command(general, "/guess", { model: "x", lab: "Meta" })).toThrow('no choice "Meta"');
    expect(() => ann.command(general, "/guess", { model: "x", stake: 501 })).toThrow("ends at 500");
    expect(() => ann.command(general, "/guess", { model: "x", stake: 0 })).toThrow("starts at 1");
    expect(() => ann.command(general, "/guess", { model: "x", stake: 1.5 })).toThrow("whole number");
    expect(() => server.owner.command(general, "/settle")).toThrow("needs one of the subcommands confirm");
    discord.expectNoViolations();
  });

  test("use commands that are for moderators, or in a channel where they may not", async () => {
    const { general, server, ann } = await registered();
    expect(() => ann.command(general, "/settle confirm")).toThrow("lacks the permissions");
    general.overwrite(server.everyone, { deny: ["UseApplicationCommands"] });
    expect(() => ann.command(general, "/guess", { model: "x" })).toThrow("may not use commands");
  });

  test("press what only somebody else sees", async () => {
    const { general, server, ann } = await registered();
    const mine = await ann.command(general, "/guess", { model: "x" }).reply();
    expect(() => server.addMember("Bob").press(mine, "Raise")).toThrow("Only Ann");
  });
});
