import { element } from "./element.ts";

/** Where the log stands while things come and go. */
export type Scrolling = {
  /** Pressed to go to what came below while one was reading above. */
  readonly bar: HTMLElement;
  /** Whether it follows what comes. */
  isAtEnd(): boolean;
  toEnd(): void;
  /** Something came below that nobody waits for; the bar leads to it, and to the first of several. */
  tellOfNew(row: HTMLElement): void;
};

/** How near to its end the log must be to follow what comes. */
const nearPixels = 80;

/** Keeps a log at its end when it was there, also when the room for it changes. */
export function scrolling(log: HTMLElement): Scrolling {
  const bar = element("button", { type: "button", class: "new-messages", hidden: true }, "New messages");
  let first: HTMLElement | null = null;
  let wasAtEnd = true;

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < nearPixels;

  function seen(): void {
    wasAtEnd = isAtEnd();
    if (!wasAtEnd) return;
    first = null;
    bar.hidden = true;
  }

  function toEnd(): void {
    log.scrollTop = log.scrollHeight;
    seen();
  }

  const stay = () => {
    if (wasAtEnd) toEnd();
  };

  log.addEventListener("scroll", seen);
  // A picture has its height only when it is there.
  log.addEventListener("load", stay, { capture: true });
  new ResizeObserver(stay).observe(log);
  bar.addEventListener("click", () => {
    if (first?.isConnected) first.scrollIntoView({ block: "start" });
    else toEnd();
    bar.hidden = true;
    first = null;
    log.focus({ preventScroll: true });
  });
  return {
    bar,
    isAtEnd,
    toEnd,
    tellOfNew(row) {
      if (!first?.isConnected) first = row;
      bar.hidden = false;
    },
  };
}
