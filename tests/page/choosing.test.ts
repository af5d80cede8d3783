import { describe, expect, it } from "vitest";
import { adjustMenu, closeMenu, movedBy, openMenu, toggle, typeAhead } from "../../sandbox/page/message/choosing.ts";
import type { Frame, OpenMenu } from "../../sandbox/page/message/frame.ts";
import { chosenIn, type Menu } from "../../sandbox/page/message/menu-options.ts";

const labs = ["OpenAI", "Xiaomi", "Z.ai", "Xai"];

function shown({ least = 1, most = 1, chosen = [] as string[], names = labs, disabled = false } = {}) {
  const options = names.map((label) => ({ label, value: label, default: chosen.includes(label) }));
  const menu = { type: 3, custom_id: "lab", min_values: least, max_values: most, options, disabled } as Menu;
  const message = { components: [{ type: 1, components: [menu] }] };
  const frame = { message, context: { resolve: {} }, menu: null, picked: new Map() } as unknown as Frame;
  openMenu(frame, menu);
  return { frame, menu, open: frame.menu as OpenMenu };
}

describe("a menu of which one is chosen", () => {
  it("is done with the first choice, which it shows from then on", () => {
    const { frame, menu, open } = shown();
    expect(toggle(frame, menu, open, 1)).toBe(true);
    expect(closeMenu(frame, menu, open)).toEqual(["Xiaomi"]);
    expect(chosenIn(menu, frame)).toEqual(["Xiaomi"]);
    expect(frame.menu).toBeNull();
  });

  it("forgets the choice when the bot changes the menu", () => {
    const { frame, menu, open } = shown();
    toggle(frame, menu, open, 1);
    closeMenu(frame, menu, open);
    expect(chosenIn(shown({ chosen: ["Z.ai"] }).menu, frame)).toEqual(["Z.ai"]);
  });

  it("sends nothing when it is closed without a choice", () => {
    const none = shown();
    expect(closeMenu(none.frame, none.menu, none.open)).toBeNull();
    const same = shown({ chosen: ["Z.ai"] });
    expect(closeMenu(same.frame, same.menu, same.open)).toBeNull();
  });

  it("gives a choice back only where none is enough", () => {
    const must = shown({ chosen: ["Z.ai"] });
    toggle(must.frame, must.menu, must.open, 2);
    expect(must.open.chosen).toEqual(["Z.ai"]);
    const may = shown({ chosen: ["Z.ai"], least: 0 });
    toggle(may.frame, may.menu, may.open, 2);
    expect(closeMenu(may.frame, may.menu, may.open)).toEqual([]);
  });
});

describe("a menu of which several are chosen", () => {
  it("takes no more than it may, and sends them in its own order", () => {
    const { frame, menu, open } = shown({ most: 2 });
    for (const at of [2, 0, 1]) expect(toggle(frame, menu, open, at)).toBe(false);
    expect(closeMenu(frame, menu, open)).toEqual(["OpenAI", "Z.ai"]);
  });

  it("stays as it was with fewer than it must have, or with the same ones", () => {
    const few = shown({ least: 2, most: 3, chosen: ["OpenAI", "Xai"] });
    toggle(few.frame, few.menu, few.open, 0);
    expect(closeMenu(few.frame, few.menu, few.open)).toBeNull();
    expect(chosenIn(few.menu, few.frame)).toEqual(["OpenAI", "Xai"]);
    const same = shown({ most: 3, chosen: ["OpenAI"] });
    expect(closeMenu(same.frame, same.menu, same.open)).toBeNull();
  });
});

describe("keys in an open menu", () => {
  it("begin at what is chosen, move, and stop at the ends", () => {
    const { open } = shown({ chosen: ["Xiaomi"] });
    expect(open.active).toBe(1);
    const to = (key: string) => movedBy(key, open, 4);
    expect(["ArrowDown", "ArrowUp", "Home", "End", "PageDown", "PageUp", "x"].map(to)).toEqual([
      2,
      0,
      0,
      3,
      3,
      0,
      null,
    ]);
  });

  it("find what is typed; the same letter goes on to the next", () => {
    const { frame, menu, open } = shown();
    const type = (letters: string, atMs: number) => {
      for (const [at, letter] of [...letters].entries()) typeAhead(frame, menu, open, letter, atMs + at * 100);
      return labs[open.active];
    };
    expect(type("x", 1_000)).toBe("Xiaomi");
    expect(type("x", 1_200)).toBe("Xai");
    expect(type("xi", 3_000)).toBe("Xiaomi");
    expect(type("q", 9_000)).toBe("Xiaomi");
  });
});

it("an open menu stays right when its message changes under it", () => {
  const { frame } = shown({ chosen: ["Xai"] });
  frame.message = shown({ names: ["OpenAI"] }).frame.message;
  adjustMenu(frame);
  expect(frame.menu?.active).toBe(0);
  frame.message = shown({ disabled: true }).frame.message;
  adjustMenu(frame);
  expect(frame.menu).toBeNull();
});
