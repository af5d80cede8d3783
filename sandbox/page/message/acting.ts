import { menuOf, openMenu, toggle } from "./choosing.ts";
import type { Frame } from "./frame.ts";
import { menuKey, placeList } from "./menu-keys.ts";
import { done, send } from "./sending.ts";

/** Hears what is pressed, chosen and typed within a message, and draws it anew when that shows. */
export function listen(root: HTMLElement, frame: Frame, draw: () => void): void {
  const acts = actsOf(frame, draw);
  root.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    const act = target && acts[target.dataset.act ?? ""];
    if (!target || !act || target.getAttribute("aria-disabled") === "true") return;
    // A link under a cover is not reached by uncovering it.
    if (target.dataset.act !== "mark") event.preventDefault();
    act(target);
  });
  root.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLElement)) return;
    if (event.target.dataset.act === "menu") menuKey(event, event.target, frame, draw);
    else if (event.target.dataset.act === "spoiler" && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      event.target.click();
    }
  });
  // The list itself never takes the focus from its box.
  root.addEventListener("mousedown", (event) => {
    if (event.target instanceof Element && event.target.closest(".message-menu-list")) event.preventDefault();
  });
  root.addEventListener("focusout", (event) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset : {};
    if (frame.menu && !frame.isDrawn && from.act === "menu" && from.customId === frame.menu.customId) done(frame, draw);
  });
}

type Acts = Readonly<Record<string, ((target: HTMLElement) => void) | undefined>>;

function actsOf(frame: Frame, draw: () => void): Acts {
  const vote = (answers: number[]) => {
    frame.showsResults = false;
    send(frame, "poll", () => frame.context.act.vote(frame.message.id, answers), draw);
  };
  return {
    press: ({ dataset: { customId = "" } }) => {
      send(frame, `button ${customId}`, () => frame.context.act.press(frame.message.id, customId), draw);
    },
    menu: (box) => {
      const menu = menuOf(frame, box.dataset.customId);
      if (frame.menu || !menu || frame.pending.has(`menu ${menu.custom_id}`)) return done(frame, draw);
      openMenu(frame, menu);
      box.focus();
      draw();
      placeList(box, frame, draw);
    },
    option: ({ dataset }) => {
      const menu = menuOf(frame, dataset.customId);
      if (!menu || !frame.menu) return;
      if (toggle(frame, menu, frame.menu, Number(dataset.at))) done(frame, draw);
      else draw();
    },
    spoiler: ({ dataset: { key = "" } }) => {
      frame.revealed.add(key);
      draw();
    },
    open: (target) => {
      if (target instanceof HTMLAnchorElement) frame.context.act.open(target.href);
    },
    channel: ({ dataset: { channel = "" } }) => frame.context.act.openChannel?.(channel),
    dismiss: () => frame.context.act.dismiss?.(frame.message.id),
    jump: ({ dataset: { message = "" } }) => jumpTo(message),
    mark: (input) => {
      const id = Number((input as HTMLInputElement).value);
      const { poll } = frame.message;
      const others = poll?.allow_multiselect ? frame.ballot.filter((each) => each !== id) : [];
      frame.ballot = (input as HTMLInputElement).checked ? [...others, id] : others;
      draw();
    },
    vote: () => vote([...frame.ballot].sort((one, other) => one - other)),
    unvote: () => {
      frame.ballot = [];
      vote([]);
    },
    results: () => {
      frame.showsResults = !frame.showsResults;
      draw();
    },
  };
}

/** Goes to another message of the channel and lets it light up. */
function jumpTo(id: string): void {
  const target = document.querySelector(`[data-message-id="${CSS.escape(id)}"]`);
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  target.classList.add("message-lit");
  target.addEventListener("animationend", () => target.classList.remove("message-lit"), { once: true });
}
