import type { APISelectMenuComponent } from "discord.js";
import type { Frame } from "./frame.ts";

/** Something a menu offers. */
export type MenuOption = {
  readonly value: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly emoji?: { id?: string | null; name?: string | null } | undefined;
  readonly user?: boolean;
};

export type Menu = APISelectMenuComponent;

/** All that can be chosen in a menu: its own list, or the members, roles or channels of the server. */
export function menuOptions(menu: Menu, frame: Frame): MenuOption[] {
  const { resolve } = frame.context;
  const ids = (kind: "user" | "role" | "channel") => resolve.ids?.(kind) ?? [];
  const users = () => ids("user").map((id) => optionFor("user", id, frame));
  const roles = () => ids("role").map((id) => optionFor("role", id, frame));
  switch (menu.type) {
    case 3:
      return menu.options;
    case 5:
      return users();
    case 6:
      return roles();
    case 7:
      return [...users(), ...roles()];
    case 8:
      break;
  }
  const { channel_types: types } = menu;
  const fits = (type: number | undefined) => type === undefined || !types || types.includes(type);
  return ids("channel")
    .filter((id) => fits(resolve.channel(id)?.type))
    .map((id) => optionFor("channel", id, frame));
}

function optionFor(kind: "user" | "role" | "channel", id: string, { context }: Frame): MenuOption {
  const { resolve } = context;
  if (kind === "user") return { value: id, label: resolve.user(id)?.name ?? "unknown-user", user: true };
  if (kind === "role") return { value: id, label: `@${resolve.role(id)?.name ?? "deleted-role"}` };
  return { value: id, label: `#${resolve.channel(id)?.name ?? "unknown"}` };
}

/** What a menu shows as chosen: what the viewer chose, until the bot changes the menu; else what the bot set. */
export function chosenIn(menu: Menu, frame: Frame): readonly string[] {
  const picked = frame.picked.get(menu.custom_id);
  if (picked && picked.of === JSON.stringify(menu)) return picked.values;
  if (menu.type === 3) return menu.options.filter((option) => option.default).map(({ value }) => value);
  return (menu.default_values ?? []).map(({ id }) => id);
}

/** The chosen ones with their words, also one that is on no list any more. */
export function chosenOptions(menu: Menu, values: readonly string[], frame: Frame): MenuOption[] {
  const options = menuOptions(menu, frame);
  return values.map((value) => {
    const option = options.find((each) => each.value === value);
    if (option || menu.type === 3) return option ?? { value, label: value };
    const isUser = menu.type === 5 || (menu.type === 7 && frame.context.resolve.user(value) !== undefined);
    return optionFor(isUser ? "user" : menu.type === 8 ? "channel" : "role", value, frame);
  });
}

export function limitsOf(menu: Menu): { least: number; most: number } {
  return { least: menu.min_values ?? 1, most: menu.max_values ?? 1 };
}

/** Every menu of a message, wherever it stands. */
export function menusOf(frame: Frame): Menu[] {
  return (frame.message.components ?? [])
    .flatMap((component) => (component.type === 17 ? component.components : [component]))
    .flatMap((component) => (component.type === 1 ? component.components : []))
    .filter((component) => component.type !== 2);
}
