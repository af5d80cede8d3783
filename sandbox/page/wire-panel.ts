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
  const list = element("ul", { class: "wire", tabindex: 0, "aria-label": "The wire, newest first" });
  const fits = (entry: WireEntry) => kinds[Number(chooser.value)]?.fits(entry) ?? true;
  /** The line on top. */
  let newest: { readonly entry: WireEntry; readonly times: number } | null = null;

  function draw(): void {
    list.replaceChildren();
    newest = null;
    for (const entry of [...mirror.wire].reverse()) add(entry);
  }

  function add(entry: WireEntry): void {
    if (!fits(entry)) return;
    const isAgain = newest !== null && isRepeated(entry, newest.entry);
    if (isAgain) list.firstElementChild?.remove();
    newest = { entry, times: isAgain && newest ? newest.times + 1 : 1 };
    list.prepend(wireItem(entry, newest.times));
  }

  chooser.addEventListener("change", draw);
  mirror.on("wire", (fresh) => {
    if (!list.isConnected) return;
    // Everything anew when the mirror was.
    if (fresh.length >= mirror.wire.length) draw();
    else for (const entry of fresh) add(entry);
    while (list.children.length > mostShown) list.lastElementChild?.remove();
  });
  const whole = element("div", { class: "panel-body panel-wire" }, chooser, list);
  return { name: "Wire", icon: "wire", element: whole, opened: draw };
}

/** A line of the panel; what comes again and again in a row, as looks at the catalogue do, is one line that counts. */
function wireItem(entry: WireEntry, times: number): HTMLElement {
  const { at, kind, to, title, status, fault, detail } = entry;
  const isBad = kind === "violation";
  const isRefused = !isBad && (fault !== null || status === 0 || (status ?? 200) >= 400);
  const way = kind === "event" ? "→ bot" : isBad ? "against the rules" : `→ ${to}`;
  const said = [status === null ? null : status === 0 ? "no answer" : String(status), fault].filter(Boolean).join(", ");
  const line = [
    element("time", { datetime: at }, at.slice(11, 19)),
    element("span", { class: "wire-way" }, way),
    times > 1 && element("span", { class: "wire-way" }, `${times} times`),
    said !== "" && element("span", { class: "wire-status" }, said),
    element("span", { class: "wire-title" }, title),
  ];
  const style = `wire-item${isBad ? " wire-bad" : ""}${isRefused ? " wire-refused" : ""}`;
  if (detail === "") return element("li", { class: style }, element("div", { class: "wire-line" }, ...line));
  const opened = element(
    "details",
    {},
    element("summary", { class: "wire-line" }, ...line),
    element("pre", {}, detail),
  );
  return element("li", { class: style }, opened);
}

function isRepeated(entry: WireEntry, before: WireEntry): boolean {
  const { kind, to, title, status, fault, detail } = entry;
  const isSame = kind === before.kind && to === before.to && title === before.title && status === before.status;
  return isSame && fault === before.fault && detail === "" && before.detail === "";
}
