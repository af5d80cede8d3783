import type { Message } from "./message.ts";
import { ComponentKind, isoTime, isRaw, type Raw, rawList, SELECT_KINDS, text } from "./wire.ts";

/** A message as plain text, the way a member reads it: content, embeds, files, components. */
export function renderMessage(message: Message): string {
  if (message.deleted) return "(deleted)";
  if (message.loading) return `${message.author.username} is thinking…`;
  const words = [
    message.content,
    ...message.embeds.map(renderEmbed),
    ...message.attachments.map((file) => `[file: ${file.filename}]`),
    ...(message.body.poll ? [renderPoll(message, message.body.poll)] : []),
    ...message.components.map(renderComponent),
  ]
    .filter((part) => part !== "")
    .join("\n");
  return withNames(message, words);
}

/** Mentions by name and times in words, as a client shows them. */
function withNames(message: Message, words: string): string {
  const { server } = message.channel;
  return words
    .replaceAll(/<@!?(\d+)>/g, (raw, id: string) => {
      const name = server.members.get(id)?.name ?? server.world.users.get(id)?.username;
      return name ? `@${name}` : raw;
    })
    .replaceAll(/<@&(\d+)>/g, (raw, id: string) => (server.roles.has(id) ? `@${server.roles.get(id)?.name}` : raw))
    .replaceAll(/<#(\d+)>/g, (raw, id: string) => (server.channels.has(id) ? `#${server.channels.get(id)?.name}` : raw))
    .replaceAll(/<t:(-?\d+)(:[tTdDfFR])?>/g, (_, seconds: string) => {
      return `${isoTime(Number(seconds) * 1000)
        .slice(0, 16)
        .replace("T", " ")} UTC`;
    });
}

function renderEmbed(embed: Raw): string {
  const author = isRaw(embed.author) ? text(embed.author.name) : "";
  const footer = isRaw(embed.footer) ? text(embed.footer.text) : "";
  const image = isRaw(embed.image) ? `[image: ${text(embed.image.url)}]` : "";
  const fields = rawList(embed.fields).map((field) => `${text(field.name)}: ${text(field.value)}`);
  const lines = [author, text(embed.title), text(embed.description), ...fields, image, footer];
  return quote(lines.filter((line) => line !== "").join("\n"));
}

function quote(words: string): string {
  return words
    .split("\n")
    .map((line) => `│ ${line}`)
    .join("\n");
}

function renderPoll(message: Message, poll: Raw): string {
  const question = isRaw(poll.question) ? text(poll.question.text) : "";
  const answers = rawList(poll.answers).map((answer, at) => {
    const words = isRaw(answer.poll_media) ? text(answer.poll_media.text) : "";
    return `  ( ) ${words} — ${message.votes.get(at + 1)?.size ?? 0}`;
  });
  return [`Poll: ${question}`, ...answers].join("\n");
}

function renderComponent(component: Raw): string {
  const inner = rawList(component.components).map(renderComponent);
  switch (component.type) {
    case ComponentKind.ActionRow:
      return inner.join(" ");
    case ComponentKind.Button:
      return renderButton(component);
    case ComponentKind.Section:
      return [...inner, isRaw(component.accessory) ? renderComponent(component.accessory) : ""]
        .filter(Boolean)
        .join("\n");
    case ComponentKind.Container:
      return quote(inner.join("\n"));
    case ComponentKind.TextDisplay:
      return text(component.content);
    case ComponentKind.Separator:
      return component.divider === false ? "" : "───";
    case ComponentKind.Thumbnail:
      return `[image: ${mediaUrl(component.media)}]`;
    case ComponentKind.MediaGallery:
      return rawList(component.items)
        .map((item) => `[image: ${text(item.description) || mediaUrl(item.media)}]`)
        .join(" ");
    case ComponentKind.File:
      return `[file: ${mediaUrl(component.file)}]`;
    default:
      return SELECT_KINDS.includes(Number(component.type)) ? renderMenu(component) : "";
  }
}

function renderButton(button: Raw): string {
  const emoji = isRaw(button.emoji) ? `${text(button.emoji.name)} ` : "";
  const label = `${emoji}${text(button.label)}`.trim();
  if (button.disabled === true) return `[${label} (off)]`;
  return button.url ? `[${label} → ${text(button.url)}]` : `[${label}]`;
}

function renderMenu(menu: Raw): string {
  const options = rawList(menu.options).map((option) => text(option.label));
  return `[${text(menu.placeholder) || "Choose"} ▾${options.length > 0 ? ` ${options.join(" | ")}` : ""}]`;
}

function mediaUrl(medium: unknown): string {
  return isRaw(medium) ? text(medium.url) : "";
}
