import { ComponentKind, isRaw, type Raw, rawList, SELECT_KINDS, text, withoutEmpty } from "./wire.ts";

/** Where `attachment://name` leads once the files are stored. */
export type MediaUrl = (url: string) => string;

/** Components as Discord gives them back: ids and defaults filled in, empty properties left out. */
export function shownComponents(components: Raw[], media: MediaUrl, nextId: () => string): Raw[] {
  let last = 0;
  const used = new Set<number>();
  const number = (given: unknown) => {
    if (typeof given === "number" && given > 0) return given;
    do last++;
    while (used.has(last));
    return last;
  };
  const show = (component: Raw): Raw => {
    const id = number(component.id);
    used.add(id);
    const medium = (value: unknown) => {
      const url = media(isRaw(value) ? text(value.url) : "");
      return { id: nextId(), url, proxy_url: url };
    };
    const own = { ...withoutEmpty(component), id };
    switch (component.type) {
      case ComponentKind.Container:
        return {
          ...own,
          accent_color: component.accent_color ?? null,
          spoiler: component.spoiler === true,
          components: rawList(component.components).map(show),
        };
      case ComponentKind.ActionRow:
        return { ...own, components: rawList(component.components).map(show) };
      case ComponentKind.Section: {
        const components = rawList(component.components).map(show);
        return { ...own, components, accessory: isRaw(component.accessory) ? show(component.accessory) : null };
      }
      case ComponentKind.Thumbnail:
        return {
          ...own,
          media: medium(component.media),
          description: component.description ?? null,
          spoiler: component.spoiler === true,
        };
      case ComponentKind.MediaGallery:
        return {
          ...own,
          items: rawList(component.items).map((item) => ({
            media: medium(item.media),
            description: item.description ?? null,
            spoiler: item.spoiler === true,
          })),
        };
      case ComponentKind.File:
        return { ...own, file: medium(component.file), name: null, size: null, spoiler: component.spoiler === true };
      case ComponentKind.Separator:
        return { ...own, spacing: component.spacing ?? 1, divider: component.divider ?? true };
      default:
        return SELECT_KINDS.includes(Number(component.type)) ? shownMenu(own) : shownButton(own);
    }
  };
  return components.map(show);
}

function shownMenu(menu: Raw): Raw {
  return {
    ...menu,
    min_values: menu.min_values ?? 1,
    max_values: menu.max_values ?? 1,
    ...(menu.type === ComponentKind.StringSelect
      ? { options: rawList(menu.options).map((option) => withEmoji(withoutEmpty(option))) }
      : {}),
  };
}

function shownButton(button: Raw): Raw {
  return button.type === ComponentKind.Button ? withEmoji(button) : button;
}

function withEmoji(part: Raw): Raw {
  return isRaw(part.emoji) ? { ...part, emoji: withoutEmpty(part.emoji) } : part;
}

/** Embeds as Discord gives them back. */
export function shownEmbeds(embeds: Raw[], media: MediaUrl): Raw[] {
  return embeds.map((embed) => {
    const image = (value: unknown) => (isRaw(value) && value.url ? { url: media(text(value.url)) } : undefined);
    return withoutEmpty({
      type: embed.type === "poll_result" ? embed.type : "rich",
      title: embed.title || undefined,
      description: embed.description || undefined,
      url: embed.url || undefined,
      color: embed.color,
      timestamp: embed.timestamp,
      fields:
        rawList(embed.fields).length > 0
          ? rawList(embed.fields).map((field) => ({
              name: field.name,
              value: field.value,
              inline: field.inline === true,
            }))
          : undefined,
      author: isRaw(embed.author) ? withoutEmpty(embed.author) : undefined,
      footer: isRaw(embed.footer) ? withoutEmpty(embed.footer) : undefined,
      image: image(embed.image),
      thumbnail: image(embed.thumbnail),
    });
  });
}
