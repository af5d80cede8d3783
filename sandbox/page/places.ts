import { element } from "./element.ts";
import { icon } from "./icon.ts";
import type { Player } from "./player.ts";
import type { ChannelEntry } from "./protocol.ts";

/** The servers, and the channels and threads of the one that is shown. */
export function placesView(player: Player, arrived: () => void) {
  const { mirror } = player;
  const rail = element("ul", { class: "rail" });
  const heading = element("h2", { class: "side-heading" });
  const list = element("ul", { class: "channels" });
  /** The last message each of those the visitor has been saw in each channel. */
  const seenBy = new Map<string, Map<string, string>>();

  function seen(): Map<string, string> {
    const viewer = `${mirror.here?.id} ${mirror.here?.viewerId}`;
    const known = seenBy.get(viewer) ?? lastMessages();
    seenBy.set(viewer, known);
    return known;
  }

  function drawServers(): void {
    rail.replaceChildren(
      ...mirror.servers.map(({ id, name }) => {
        const isHere = id === mirror.here?.id;
        // For the eye only: the style shows them.
        const initials = name.split(" ").map((word) => word.slice(0, 1));
        const button = element("button", {
          type: "button",
          class: "server",
          title: name,
          "aria-label": name,
          "aria-current": isHere ? "true" : null,
          "data-initials": initials.join(""),
        });
        button.addEventListener("click", () => player.goToServer(id));
        return element("li", {}, button);
      }),
    );
  }

  function drawChannels(): void {
    const { here } = mirror;
    if (!here) return;
    heading.textContent = here.name;
    const last = lastMessages();
    if (player.channel) seen().set(player.channel.id, last.get(player.channel.id) ?? "");
    const entry = (channel: ChannelEntry): HTMLElement => {
      const threads = here.channels.filter(({ parentId, isClosed }) => parentId === channel.id && !isClosed);
      const isHere = channel.id === player.channel?.id;
      const isNew = !isHere && (last.get(channel.id) ?? "") !== (seen().get(channel.id) ?? "");
      const button = element(
        "button",
        {
          type: "button",
          class: isNew ? "channel channel-new" : "channel",
          title: channel.name,
          "aria-current": isHere ? "page" : null,
        },
        icon(channel.isThread ? "thread" : channel.isPrivate ? "lock" : "hash"),
        element("span", { class: "channel-name" }, channel.name),
        isNew && element("span", { class: "unseen" }, "new"),
      );
      button.addEventListener("click", () => {
        player.goToChannel(channel.id);
        arrived();
      });
      const below = threads.length > 0 && element("ul", { class: "threads" }, ...threads.map(entry));
      return element("li", {}, button, below);
    };
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...here.channels.filter(({ isThread }) => !isThread).map(entry));
    if (hadFocus) list.querySelector<HTMLElement>("[aria-current]")?.focus();
  }

  function lastMessages(): Map<string, string> {
    const last = new Map<string, string>();
    for (const { id, channel_id: channelId } of mirror.messages.values()) {
      const before = last.get(String(channelId)) ?? "";
      if (id.length > before.length || (id.length === before.length && id > before)) last.set(String(channelId), id);
    }
    return last;
  }

  mirror.on("here", () => {
    drawServers();
    drawChannels();
  });
  // What was there when somebody came is nothing new to them.
  mirror.on("messages", drawChannels);
  const whole = element(
    "div",
    { class: "places" },
    element("nav", { "aria-label": "Servers" }, rail),
    element("nav", { "aria-label": "Channels", class: "side" }, heading, list),
  );
  return { element: whole, draw: drawChannels };
}
