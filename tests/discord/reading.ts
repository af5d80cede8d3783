import type { MessageView } from "../../src/discord/views/message.ts";

/** Everything a view shows as markdown. */
export function markdownOf(view: MessageView): string {
  const embeds = (view.embeds ?? []).flatMap((embed) => [embed.title ?? "", embed.description ?? ""]);
  return [view.content ?? "", ...embeds].join("\n");
}

/** What its buttons and menus carry. */
export function customIds(view: MessageView): string[] {
  return (view.components ?? []).flatMap((row) =>
    row.components.flatMap((part) => ("custom_id" in part ? [part.custom_id] : [])),
  );
}
