import { element } from "./element.ts";
import { openMenu } from "./menu.ts";
import { avatar } from "./message/avatar.ts";
import type { Player } from "./player.ts";
import type { Outcome, PersonEntry } from "./protocol.ts";
import { whoChooser } from "./who-chooser.ts";

/** Who is in the server, and who the visitor is. */
export function peopleView(player: Player, follow: (outcome: Outcome, what: string) => void): HTMLElement {
  const { mirror } = player;
  const lists = element("div", { class: "people-lists" });

  function draw(): void {
    const { here } = mirror;
    if (!here) return;
    const headings = [...new Set(here.people.map(({ heading }) => heading))].sort(
      (a, b) => weight(a) - weight(b) || a.localeCompare(b),
    );
    lists.replaceChildren(
      ...headings.flatMap((heading) => {
        const under = here.people.filter((person) => person.heading === heading);
        return [
          element("h3", { class: "people-heading" }, `${heading} · ${under.length}`),
          element("ul", { class: "people-list" }, ...under.map(personItem)),
        ];
      }),
    );
  }

  function personItem(person: PersonEntry): HTMLElement {
    const isViewer = person.id === mirror.here?.viewerId;
    const button = element(
      "button",
      { type: "button", class: "person", "aria-haspopup": "menu" },
      avatar(person.id, person.name),
      element("span", { class: "person-name" }, person.name),
      person.bot && element("span", { class: "tag" }, "App"),
      isViewer && element("span", { class: "tag tag-you" }, "You"),
    );
    const open = async () => {
      const commands = (await player.commands()).filter(({ type }) => type === 2);
      openMenu(button, `${person.name}`, [
        ...(person.bot || isViewer ? [] : [{ words: `Be ${person.name}`, choose: () => player.be(person.id) }]),
        ...commands.map(({ name }) => ({
          words: name,
          async choose() {
            const channelId = player.channel?.id ?? "";
            const act = { channelId, command: name, on: "person", targetId: person.id } as const;
            follow(await player.do("menu", act), name);
          },
        })),
        { words: "Copy the id", choose: () => void navigator.clipboard.writeText(person.id) },
      ]);
    };
    button.addEventListener("click", () => void open());
    button.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      void open();
    });
    return element("li", {}, button);
  }

  mirror.on("here", draw);
  return element(
    "aside",
    { class: "people", "aria-label": "Members" },
    element("h2", { class: "unseen" }, "Members"),
    element("div", { class: "who" }, element("label", { for: "who" }, "You are"), whoChooser(player, "who")),
    lists,
  );
}

function weight(heading: string): number {
  const order = ["Owner", "", "Members", "Apps"];
  return order.includes(heading) ? order.indexOf(heading) : 1;
}
