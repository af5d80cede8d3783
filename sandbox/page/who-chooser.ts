import { element } from "./element.ts";
import type { Player } from "./player.ts";

/** Chooses who the visitor is, among the people of the server that is shown. */
export function whoChooser(player: Player, id: string): HTMLSelectElement {
  const { mirror } = player;
  const chooser = element("select", { id });
  chooser.addEventListener("change", () => player.be(chooser.value));
  mirror.on("here", () => {
    const { people = [], viewerId = "" } = mirror.here ?? {};
    chooser.replaceChildren(
      ...people
        .filter(({ bot }) => !bot)
        .map(({ id: value, name, heading }) => {
          return element("option", { value }, heading === "Members" ? name : `${name} (${heading})`);
        }),
    );
    chooser.value = viewerId;
  });
  return chooser;
}
