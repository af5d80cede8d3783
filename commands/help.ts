import { OAuth2Scopes } from "discord.js";
import { invitePermissions } from "../src/discord/channel-permissions.ts";
import { type Command, isMenuCommand, isSlashCommand, serverCommand } from "../src/discord/command.ts";
import { helpView } from "../src/discord/views/help.ts";

const data = serverCommand("help", "What this is and how to play").toJSON();

export const help = {
  data,
  async run(interaction, _app, commands) {
    const inviteUrl = interaction.client.generateInvite({
      scopes: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands],
      permissions: invitePermissions,
    });
    return {
      show: helpView(
        commands.filter(isSlashCommand).map(({ data }) => data),
        inviteUrl,
        commands.filter(isMenuCommand).map(({ data }) => data),
      ),
    };
  },
} satisfies Command;
