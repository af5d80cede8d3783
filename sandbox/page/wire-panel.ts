import { element } from "./element.ts";
import type { Panel } from "./panels.ts";
import type { Player } from "./player.ts";
import type { WireEntry } from "./protocol.ts";

const mostShown = 500;

const kinds: readonly { readonly words: string; readonly fits: (entry: WireEntry) => boolean }[] = [
  { words: "Everything", fits: () => true },
  { words: "To Discord", fits: ({ to, kind }) => to === "Discord" && kind === "request" },
  { words: "Events to the bot", fits: ({ kind }) => kind === "event" },
  { words: "To OpenRouter", fits: ({ to }) => to === "OpenRouter" },
  { words: "Refused or failed", fits: ({ status, fault }) => fault !== null || (status ?? 200) >= 400 || status === 0 },
  { words: "Violations", fits: ({ kind }) => kind === "violation" },
];

/** Everything that goes between the bot and the two servers, newest first. */
export function wirePanel(player: Player): Panel {
  const { mirror } = player;
  const chooser = element(
    "select",
    { "aria-label": "What is shown" },
    ...kinds.map(({ words }, at) => element("option", { value: at }, words)),
  );
  const list = element("ul", { class: "wire", tabindex: "0", "aria-label": "The wire, newest first" });
  const fits = (entry: WireEntry) => kinds[Number(chooser.value)]?.fits(entry) ?? true;

  function draw(): void {
    list.replaceChildren(...mirror.wire.filter(fits).map(wireItem));
  }

  chooser.addEventListener("change", draw);
  mirror.on("wire", (fresh) => {
    if (!list.isConnected) return;
    // Everything anew when the mirror was.
    if (fresh.length >= mirror.wire.length) draw();
    else list.prepend(...[...fresh].reverse().filter(fits).map(wireItem));
    while (list.children.length > mostShown) list.lastElementChild?.remove();
  });
  const whole = element("div", { class: "panel-body panel-wire" }, chooser, list);
  return { name: "Wire", icon: "wire", element: whole, opened: draw };
}

function wireItem(entry: WireEntry): HTMLElement {
  const { at, kind, to, title, status, fault, detail } = entry;
  const isBad = kind === "violation";
  const isRefused = !isBad && (fault !== null || status === 0 || (status ?? 200) >= 400);
  const line = [
    element("time", { datetime: at }, at.slice(11, 19)),
    element(
      "span",
      { class: "wire-way" },
      kind === "event" ? "→ bot" : kind === "violation" ? "against the rules" : `→ ${to}`,
    ),
    element("span", { class: "wire-title" }, title),
    status !== null && element("span", { class: "wire-status" }, status === 0 ? "no answer" : String(status)),
    fault !== null && element("span", { class: "wire-status" }, fault),
  ];
  const style = `wire-item${isBad ? " wire-bad" : ""}${isRefused ? " wire-refused" : ""}`;
  if (detail === "") return element("li", { class: style }, element("div", { class: "wire-line" }, ...line));
  return element(
    "li",
    { class: style },
    element("details", {}, element("summary", { class: "wire-line" }, ...line), element("pre", {}, detail)),
  );
}
