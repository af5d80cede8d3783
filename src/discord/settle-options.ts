import type { SlashCommandSubcommandBuilder } from "discord.js";
import type { MarketStateName } from "../domain/market-state.ts";
import { longestName } from "../domain/suspect.ts";
import { modelOption, serverCommand } from "./command.ts";

/** The decisions besides confirming: what each is for, and the states of models it makes sense for. */
const decisions = {
  void: { says: "Call a model off: everybody gets back what they put in", states: ["open", "frozen"] },
  reopen: { says: "Take a settlement or a void back; the model stays frozen", states: ["settled", "void"] },
  freeze: { says: "Stop guesses on a model for now", states: ["open"] },
  unfreeze: { says: "Allow guesses on a frozen model again", states: ["frozen"] },
} as const satisfies Record<string, { says: string; states: readonly MarketStateName[] }>;

export type DecisionKind = keyof typeof decisions;

const decisionKinds = Object.keys(decisions) as DecisionKind[];

function confirmOptions(sub: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder {
  return sub
    .setName("confirm")
    .setDescription("Say who built a model and pay; shows what would happen first")
    .addStringOption(modelOption)
    .addStringOption((lab) =>
      lab.setName("lab").setDescription("The lab that built it").setRequired(true).setAutocomplete(true),
    )
    .addStringOption((source) =>
      source.setName("source").setDescription("Web address of the proof").setRequired(true).setMaxLength(500),
    )
    .addStringOption((time) =>
      time
        .setName("published-at")
        .setDescription("When the proof was published, e.g. 2026-03-18 19:54 (UTC); later guesses do not count")
        .setRequired(true)
        .setMaxLength(60),
    )
    .addStringOption((lab) =>
      lab.setName("second-lab").setDescription("If two labs built it together").setAutocomplete(true),
    );
}

/** The part of /settle that is about a name and no model. */
export const nameLabPart = "name-lab";

function nameLabOptions(sub: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder {
  return sub
    .setName(nameLabPart)
    .setDescription("Make a name I do not know a lab of this server, or say whose name it is")
    .addStringOption((name) =>
      name.setName("name").setDescription("The name members typed").setRequired(true).setMaxLength(longestName),
    )
    .addStringOption((lab) =>
      lab
        .setName("same-as")
        .setDescription("The lab it is another name of; leave it out for a lab of its own")
        .setAutocomplete(true),
    );
}

/** What Discord is told of /settle. */
export const settleData = decisionKinds
  .reduce(
    (command, kind) =>
      command.addSubcommand((sub) =>
        sub
          .setName(kind)
          .setDescription(decisions[kind].says)
          .addStringOption(modelOption)
          .addStringOption((reason) =>
            reason.setName("reason").setDescription("Shown to everybody").setRequired(true).setMaxLength(300),
          ),
      ),
    serverCommand("settle", "Moderators: settle a model, call it off, or freeze it").addSubcommand(confirmOptions),
  )
  .addSubcommand(nameLabOptions)
  .toJSON();

/** The decision a part of /settle is, if it is one besides confirming. */
export function decisionOf(part: string): DecisionKind | null {
  return decisionKinds.find((kind) => kind === part) ?? null;
}

/** States of the models a part of /settle makes sense for. */
export function statesFor(part: string): readonly MarketStateName[] {
  const kind = decisionOf(part);
  return kind ? decisions[kind].states : ["open", "frozen"];
}
