const paths = {
  menu: "M4 6h16M4 12h16M4 18h16",
  people:
    "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-6 8c0-3 3-5 6-5s6 2 6 5M16 5.5a3 3 0 0 1 0 5.5M18 14.5c2 .6 3 2.300 3 4.500",
  story: "M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM9 8.500l5 3-5 3z",
  faults: "M12 4 3 19h18zM12 10v4M12 16.500v.500",
  wire: "M3 8h13l-3-3M21 16H8l3 3",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  file: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  thread: "M6 4v8a4 4 0 0 0 4 4h9M15 12l4 4-4 4",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  send: "M4 12 20 5l-4 15-4-6z",
} as const;

export type IconName = keyof typeof paths;

/** A small drawing that says nothing by itself: what it stands beside has the words. */
export function icon(name: IconName): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", paths[name]);
  drawing.append(path);
  return drawing;
}

/** A button that is a drawing, with its words for those who do not see it. */
export function iconButton(name: IconName, words: string, press: (event: MouseEvent) => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button";
  button.title = words;
  button.setAttribute("aria-label", words);
  button.append(icon(name));
  button.addEventListener("click", press);
  return button;
}
