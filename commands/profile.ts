import { showRecord } from "../src/actions/show-record.ts";
import { type Command, serverCommand } from "../src/discord/command.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { profileView } from "../src/discord/views/profile.ts";
import { whoActs } from "../src/discord/who-acts.ts";

const data = serverCommand("profile", "A member's record: right calls, standing guesses, and your own wallet")
  .addUserOption((member) => member.setName("member").setDescription("Whose; your own if left out"))
  .toJSON();

export const profile = {
  data,
  async run(interaction, app) {
    const { serverId, member } = whoActs(interaction);
    const user = interaction.options.getUser("member") ?? interaction.user;
    const own = user.id === member.memberId;
    const name = own ? member.name : user.displayName;
    const record = await showRecord(app, { serverId, memberId: user.id, name, privately: own });
    return { show: profileView(record, labNames(app.models.of(serverId).labs), { own }) };
  },
} satisfies Command;
