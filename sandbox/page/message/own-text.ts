import type { WireMessage } from "./context.ts";

/** What a message says, as it was written, without the names, times and buttons around it. */
export function ownText({ content, poll, embeds = [], components = [] }: WireMessage): string {
  const parts = [
    content,
    poll?.question.text,
    ...(poll?.answers ?? []).map(({ poll_media: media }) => media.text && `- ${media.text}`),
    ...embeds.flatMap(({ title, description, fields = [] }) => [
      title,
      description,
      ...fields.map(({ name, value }) => `${name}\n${value}`),
    ]),
    ...components.flatMap(textsWithin),
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

/** Texts of a message of the second kind, and those its containers and sections hold. */
function textsWithin(component: object): string[] {
  if ("content" in component && typeof component.content === "string") return [component.content];
  if (!("components" in component) || !Array.isArray(component.components)) return [];
  return component.components.flatMap(textsWithin);
}
