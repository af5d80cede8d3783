import { PermissionFlagsBits } from "discord.js";
import { readServer, saveServer } from "../src/actions/set-up-server.ts";
import type { App } from "../src/app.ts";
import { type Answer, type Command, serverCommand } from "../src/discord/command.ts";
import { checkSetup, readChanges, resettable } from "../src/discord/setup-options.ts";
import { managersOnly } from "../src/discord/views/notices.ts";
import { setupRefusal, setupView } from "../src/discord/views/setup.ts";
import { managesServer, whoActs } from "../src/discord/who-acts.ts";

const mostAccountDays = 365;

const data = serverCommand("setup", "Where and how new models are announced; shows the settings if nothing is given")
  .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
  .addChannelOption((channel) => channel.setName("channel").setDescription("Text channel for announcements"))
  .addRoleOption((role) => role.setName("ping-role").setDescription("Role to ping when a model is announced"))
  .addBooleanOption((yes) => yes.setName("thread-per-model").setDescription("Open a thread under each announcement"))
  .addRoleOption((role) => role.setName("moderator-role").setDescription("Role that may settle, besides Manage Server"))
  .addChannelOption((channel) =>
    channel.setName("moderator-channel").setDescription("Text channel for what only moderators should see"),
  )
  .addBooleanOption((yes) => yes.setName("guess-only").setDescription("Guesses without stakes from wallets"))
  .addIntegerOption((days) =>
    days
      .setName("minimum-account-days")
      .setDescription("How old an account must be to guess; 0 for any age")
      .setMinValue(0)
      .setMaxValue(mostAccountDays),
  )
  .addStringOption((what) =>
    what
      .setName("reset")
      .setDescription("Set something back to none")
      .addChoices(...resettable),
  )
  .toJSON();

type Asking = Parameters<typeof checkSetup>[0];

async function settings(interaction: Asking, app: App, { saved }: { saved: boolean }): Promise<Answer> {
  const server = await readServer(app, whoActs(interaction).serverId);
  const check = await checkSetup(interaction, server.settings);
  return { show: setupView(server.settings, server.troubles, check, { saved }) };
}

export const setup = {
  data,
  async run(interaction, app) {
    if (!managesServer(interaction)) return { show: managersOnly };
    const read = readChanges(interaction);
    if (!read.fine) return { show: setupRefusal(read.reason) };
    const saved = Object.keys(read.changes).length > 0;
    if (saved) await saveServer(app, interaction.guildId, read.changes);
    return settings(interaction, app, { saved });
  },
  buttons: {
    settings: {
      acknowledge: "new-message",
      run: async (interaction, _key, app) =>
        managesServer(interaction) ? settings(interaction, app, { saved: false }) : { show: managersOnly },
    },
  },
} satisfies Command;
