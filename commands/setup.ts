import { PermissionFlagsBits } from "discord.js";
import { setQuestionAccess } from "../src/actions/set-question-access.ts";
import { readServer, saveServer } from "../src/actions/set-up-server.ts";
import type { App } from "../src/app.ts";
import { type Answer, type Command, serverCommand } from "../src/discord/command.ts";
import { checkSetup, readChanges, resettable } from "../src/discord/setup-options.ts";
import { managersOnly } from "../src/discord/views/notices.ts";
import { setupRefusal, setupView } from "../src/discord/views/setup.ts";
import { managesServer, whoActs } from "../src/discord/who-acts.ts";
import { questionRules } from "../src/domain/question-limits.ts";

const mostAccountDays = 365;

const data = serverCommand("setup", "Where and how new models are announced; shows the settings if nothing is given")
  .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
  .addChannelOption((channel) => channel.setName("channel").setDescription("Text channel for announcements"))
  .addRoleOption((role) => role.setName("ping-role").setDescription("Role to ping when a model is announced"))
  .addBooleanOption((yes) => yes.setName("thread-per-model").setDescription("Open a thread under each announcement"))
  .addBooleanOption((yes) => yes.setName("poll-per-model").setDescription("Post a poll below each announcement"))
  .addRoleOption((role) => role.setName("moderator-role").setDescription("Role that may settle, besides Manage Server"))
  .addChannelOption((channel) =>
    channel.setName("moderator-channel").setDescription("Text channel for what only moderators should see"),
  )
  .addBooleanOption((yes) => yes.setName("guess-only").setDescription("Guesses without stakes from wallets"))
  .addIntegerOption((days) =>
    days
      .setName("minimum-account-days")
      .setDescription("How old an account must be to guess, ask, file evidence and vote on it; 0 for any age")
      .setMinValue(0)
      .setMaxValue(mostAccountDays),
  )
  .addIntegerOption((most) =>
    most
      .setName("questions-per-day")
      .setDescription("How many questions to models this server may ask a day; 0 for none")
      .setMinValue(0)
      .setMaxValue(questionRules.mostServerPerDay),
  )
  .addRoleOption((role) =>
    role.setName("allow-questions-role").setDescription("Only such roles may ask models; adds one"),
  )
  .addRoleOption((role) =>
    role.setName("bar-questions-role").setDescription("A role that may not ask models; adds one"),
  )
  .addChannelOption((channel) =>
    channel.setName("allow-questions-channel").setDescription("Models may be asked only in such channels; adds one"),
  )
  .addChannelOption((channel) =>
    channel.setName("bar-questions-channel").setDescription("A channel where models may not be asked; adds one"),
  )
  .addStringOption((what) =>
    what
      .setName("reset")
      .setDescription("Set something back to what is usual")
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
    const { changes, access } = read;
    if (access && !(await setQuestionAccess(app, interaction.guildId, access))) {
      return { show: setupRefusal("access-full") };
    }
    const saved = Object.keys(changes).length > 0;
    if (saved) await saveServer(app, interaction.guildId, changes);
    return settings(interaction, app, { saved: saved || access !== null });
  },
  buttons: {
    settings: {
      acknowledge: "new-message",
      run: async (interaction, _key, app) =>
        managesServer(interaction) ? settings(interaction, app, { saved: false }) : { show: managersOnly },
    },
  },
} satisfies Command;
