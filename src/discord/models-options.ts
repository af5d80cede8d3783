import { longestModelName } from "../domain/own-model.ts";
import { serverCommand } from "./command.ts";

/** What Discord is told of /models. */
export const modelsData = serverCommand("models", "The anonymous models of this server")
  .addSubcommand((sub) =>
    sub
      .setName("show")
      .setDescription("The models and their odds, or all about one of them")
      .addStringOption((model) => model.setName("model").setDescription("One model").setAutocomplete(true)),
  )
  .addSubcommand((sub) =>
    sub
      .setName("add")
      .setDescription("Moderators: open a model seen elsewhere, in this server only")
      .addStringOption((name) =>
        name.setName("name").setDescription("What it is called there").setRequired(true).setMaxLength(longestModelName),
      )
      .addStringOption((link) =>
        link.setName("link").setDescription("Where members can see it").setRequired(true).setMaxLength(500),
      ),
  )
  .addSubcommand((sub) =>
    sub.setName("waiting").setDescription("Moderators: models I did not announce, to open here or leave"),
  )
  .toJSON();
