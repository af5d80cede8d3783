import { openPoll } from "../src/actions/open-poll.ts";
import { modelMeant } from "../src/actions/refresh-models.ts";
import { modelChoices } from "../src/discord/autocomplete.ts";
import { type Command, modelOption, serverCommand } from "../src/discord/command.ts";
import { labNames } from "../src/discord/views/lab-words.ts";
import { hoursWords, pollComes, pollRefusal, pollsNotHere, youMayNotPoll } from "../src/discord/views/poll.ts";
import { botMayPoll, mayPoll, whoActs } from "../src/discord/who-acts.ts";
import { pollRules } from "../src/domain/poll.ts";

const data = serverCommand("poll", "Ask this channel who built an anonymous model; each vote is a free guess")
  .addStringOption(modelOption)
  .addIntegerOption((hours) =>
    hours
      .setName("hours")
      .setDescription(hoursWords)
      .setMinValue(pollRules.shortestHours)
      .setMaxValue(pollRules.longestHours),
  )
  .toJSON();

export const poll = {
  data,
  autocomplete: ({ guildId, options }, app) => modelChoices(app.models.of(guildId), options.getFocused(), ["open"]),
  async run(interaction, app) {
    const { key, serverId } = whoActs(interaction);
    if (!mayPoll(interaction)) return { show: youMayNotPoll };
    if (!botMayPoll(interaction)) return { show: pollsNotHere };
    const model = await modelMeant(app, serverId, interaction.options.getString("model", true));
    const names = labNames(app.models.of(serverId).labs);
    if (!model) return { show: pollRefusal({ reason: "no-such-model" }, names) };
    const { modelId } = model;
    const hours = interaction.options.getInteger("hours") ?? pollRules.usualHours;
    const answer = await openPoll(app, { key, serverId, modelId, channelId: interaction.channelId, hours });
    return { show: answer.opened ? pollComes(answer.modelName, hours) : pollRefusal(answer.refusal, names) };
  },
} satisfies Command;
