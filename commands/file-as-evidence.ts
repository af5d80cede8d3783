import { keepDraft } from "../src/actions/keep-draft.ts";
import { orRefreshed } from "../src/actions/refresh-models.ts";
import type { App } from "../src/app.ts";
import { type MenuCommand, messageMenuCommand, type OnMessage } from "../src/discord/command.ts";
import { attachmentOf } from "../src/discord/evidence-options.ts";
import { messageForm, noOpenModels, nothingInMessage, tryAgain } from "../src/discord/views/evidence-forms.ts";
import { whoActs } from "../src/discord/who-acts.ts";
import { evidenceLimits, takesEvidence } from "../src/domain/evidence.ts";
import { linkIn } from "../src/domain/evidence-link.ts";
import type { OpenModel } from "../src/domain/open-models.ts";

/** The models memory knows that evidence can be for; null if there are none. */
function modelsFor(serverId: string, app: App): readonly OpenModel[] | null {
  const models = app.models.of(serverId).models.filter(({ state }) => takesEvidence(state));
  return models.length === 0 ? null : models;
}

function isNothing({ content, attachments }: OnMessage["targetMessage"]): boolean {
  return content.trim() === "" && attachments.size === 0;
}

/** The form it opens is answered by /evidence, as all its forms are. */
export const fileAsEvidence = {
  data: messageMenuCommand("File as evidence"),
  opens(interaction, app) {
    const { targetMessage } = interaction;
    const models = modelsFor(interaction.guildId, app) ?? [];
    const link = linkIn(targetMessage.content, evidenceLimits.linkCharacters);
    const files = [...targetMessage.attachments.values()].map(attachmentOf);
    if (models.length === 0 || isNothing(targetMessage)) return null;
    const { serverId, member } = whoActs(interaction);
    const { author } = targetMessage;
    const source = {
      kind: "message",
      channelId: interaction.channelId,
      messageId: targetMessage.id,
      authorId: author.id,
      authorName: author.displayName,
    } as const;
    const draft = { modelId: null, lab: null, stance: null, kind: null, text: "", link, files, source };
    return {
      modal: messageForm(interaction.id, models, targetMessage.content),
      keep: () => keepDraft(app, { draftId: interaction.id, serverId, memberId: member.memberId }, draft),
    };
  },
  async run(interaction, app) {
    const models = await orRefreshed(app, interaction.guildId, () => modelsFor(interaction.guildId, app));
    if (!models) return { show: noOpenModels };
    // A form cannot be opened any more: it is next time.
    return { show: isNothing(interaction.targetMessage) ? nothingInMessage : tryAgain };
  },
} satisfies MenuCommand;
