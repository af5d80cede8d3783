import { keepDraft } from "../src/actions/keep-draft.ts";
import { type MenuCommand, messageMenuCommand } from "../src/discord/command.ts";
import { attachmentOf } from "../src/discord/evidence-options.ts";
import { messageForm, noOpenModels, nothingInMessage } from "../src/discord/views/evidence-forms.ts";
import { whoActs } from "../src/discord/who-acts.ts";
import { evidenceLimits, takesEvidence } from "../src/domain/evidence.ts";
import { linkIn } from "../src/domain/evidence-link.ts";

/** The form it opens is answered by /evidence, as all its forms are. */
export const fileAsEvidence = {
  data: messageMenuCommand("File as evidence"),
  opens(interaction, app) {
    const { targetMessage } = interaction;
    const models = app.models.of(interaction.guildId).models.filter(({ state }) => takesEvidence(state));
    const link = linkIn(targetMessage.content, evidenceLimits.linkCharacters);
    const files = [...targetMessage.attachments.values()].map(attachmentOf);
    const isNothing = targetMessage.content.trim() === "" && files.length === 0;
    if (models.length === 0 || isNothing) return null;
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
    const { models } = app.models.of(interaction.guildId);
    return { show: models.some(({ state }) => takesEvidence(state)) ? nothingInMessage : noOpenModels };
  },
} satisfies MenuCommand;
