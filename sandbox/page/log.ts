import { element } from "./element.ts";
import { iconButton } from "./icon.ts";
import { openMenu } from "./menu.ts";
import { type MessageContext, refreshTimes, renderMessage, updateMessage } from "./message/message.ts";
import { ownText } from "./message/own-text.ts";
import { byAge, type MessageNews } from "./mirror.ts";
import type { Player } from "./player.ts";
import type { Outcome, WireMessage } from "./protocol.ts";
import { scrolling } from "./scrolling.ts";

type Row = { readonly whole: HTMLElement; readonly message: HTMLElement };

/** The messages of the channel that is shown. */
export function logView(player: Player, follow: (outcome: Outcome, what: string) => void) {
  const { mirror } = player;
  const rows = new Map<string, Row>();
  const log = element("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  const scroll = scrolling(log);

  function context(): MessageContext {
    const { here } = mirror;
    const did = async (acted: Promise<Outcome>, what: string) => {
      const outcome = await acted;
      // The message itself says that it failed.
      if (outcome.kind === "silence") throw new Error(`${what} was not answered.`);
      follow(outcome, what);
    };
    return {
      now: mirror.now(),
      viewer: { id: here?.viewerId ?? "" },
      resolve: {
        user: (id) => here?.people.find((person) => person.id === id),
        role: (id) => here?.roles.find((role) => role.id === id),
        channel: (id) => here?.channels.find((channel) => channel.id === id),
        ids: (kind) => {
          const all = { user: here?.people, role: here?.roles, channel: here?.channels }[kind];
          return (all ?? []).map(({ id }) => id);
        },
      },
      act: {
        press: (messageId, customId) => did(player.do("press", { messageId, customId }), "The button"),
        choose: (messageId, customId, values) => did(player.do("choose", { messageId, customId, values }), "The menu"),
        vote: (messageId, answerIds) => did(player.do("vote", { messageId, answerIds }), "The vote"),
        open: openLink,
        openChannel: (id) => player.goToChannel(id),
        dismiss: (messageId) => mirror.dismiss(messageId),
      },
    };
  }

  /** Links within the small Discord lead to its channels; others are opened only by the visitor's own browser. */
  function openLink(url: string): void {
    const [, channelId] = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)/.exec(url) ?? [];
    if (channelId && mirror.here?.channels.some(({ id }) => id === channelId)) {
      player.goToChannel(channelId);
      const messageId = /\/(\d+)$/.exec(url)?.[1];
      rows.get(messageId ?? "")?.whole.scrollIntoView({ block: "center" });
    } else window.open(url, "_blank", "noopener,noreferrer");
  }

  function rowOf(message: WireMessage): Row {
    const shown = renderMessage(message, context());
    const more = iconButton("more", "What can be done with this message", () => void openActions(message.id, more));
    more.classList.add("row-more");
    more.setAttribute("aria-haspopup", "menu");
    const whole = element("div", { class: "row" }, shown, more);
    whole.addEventListener("contextmenu", (event) => {
      if (event.target instanceof Element && event.target.closest("a, input, textarea")) return;
      event.preventDefault();
      void openActions(message.id, more);
    });
    return { whole, message: shown };
  }

  async function openActions(targetId: string, beside: HTMLElement): Promise<void> {
    const message = mirror.messages.get(targetId);
    // What only one person sees has no menu of others' apps.
    const isPrivate = isEphemeral(message?.flags);
    const text = message ? ownText(message) : "";
    const commands = isPrivate ? [] : (await player.commands()).filter(({ type }) => type === 3);
    openMenu(beside, "Message", [
      ...commands.map(({ name }) => ({
        words: name,
        async choose() {
          const act = { channelId: player.channel?.id ?? "", command: name, on: "message", targetId } as const;
          follow(await player.do("menu", act), name);
        },
      })),
      ...(text === "" ? [] : [{ words: "Copy the text", choose: () => void navigator.clipboard.writeText(text) }]),
      { words: "Copy the id", choose: () => void navigator.clipboard.writeText(targetId) },
    ]);
  }

  function draw(): void {
    const { channel } = player;
    rows.clear();
    log.setAttribute("aria-busy", "true");
    log.setAttribute("aria-label", channel ? `Messages in ${channel.name}` : "Messages");
    const messages = channel ? mirror.messagesIn(channel.id) : [];
    for (const message of messages) rows.set(message.id, rowOf(message));
    log.replaceChildren(...[...rows.values()].map(({ whole }) => whole));
    if (messages.length === 0) log.append(element("p", { class: "log-empty" }, "Nothing has been said here yet."));
    divide();
    log.setAttribute("aria-busy", "false");
    scroll.toEnd();
  }

  function take({ fresh, gone, all }: MessageNews): void {
    if (all) {
      draw();
      return;
    }
    const follows = scroll.isAtEnd();
    const inserted: WireMessage[] = [];
    for (const id of gone) {
      rows.get(id)?.whole.remove();
      rows.delete(id);
    }
    for (const message of fresh.filter((one) => one.channel_id === player.channel?.id).sort(byAge)) {
      const known = rows.get(message.id);
      if (known) updateMessage(known.message, message, context());
      else {
        insert(message);
        inserted.push(message);
      }
    }
    divide();
    // What answers the viewer is what they wait for, wherever they were reading.
    if (follows || inserted.some(isForViewer)) scroll.toEnd();
    else if (inserted[0]) scroll.tellOfNew(rows.get(inserted[0].id)?.whole ?? log);
  }

  /** Their own message, what only they see, and what answers their command, button or form. */
  function isForViewer({ author, flags, interaction_metadata: metadata }: WireMessage): boolean {
    const viewerId = mirror.here?.viewerId;
    return author.id === viewerId || isEphemeral(flags) || metadata?.user.id === viewerId;
  }

  function insert(message: WireMessage): void {
    const row = rowOf(message);
    const [later] = [...rows.keys()]
      .map((id) => ({ id }))
      .filter((other) => byAge(message, other) < 0)
      .sort(byAge);
    rows.set(message.id, row);
    log.querySelector(".log-empty")?.remove();
    log.insertBefore(row.whole, later ? (rows.get(later.id)?.whole ?? null) : null);
  }

  /** A line wherever a new day begins, in the visitor's own zone; what one says in one go has one head. */
  function divide(): void {
    for (const line of log.querySelectorAll(".day")) line.remove();
    let before: WireMessage | null = null;
    for (const { id } of [...rows.keys()].map((key) => ({ id: key })).sort(byAge)) {
      const message = mirror.messages.get(id);
      const row = rows.get(id);
      if (!message || !row) continue;
      const day = dayOf(message);
      if (!before || dayOf(before) !== day) {
        row.whole.before(element("div", { class: "day", role: "separator" }, element("span", {}, day)));
      }
      row.message.classList.toggle("message-is-grouped", before !== null && goesOn(before, message));
      before = message;
    }
  }

  /** Words of the page itself that are nobody's message. */
  function notice(words: string): void {
    const close = iconButton("close", "Dismiss", () => line.remove());
    const line = element("div", { class: "notice", role: "status" }, element("span", {}, words), close);
    log.append(line);
    scroll.toEnd();
  }

  mirror.on("messages", take);
  window.setInterval(() => refreshTimes(log, mirror.now()), 1000);
  return { element: element("div", { class: "log-place" }, log, scroll.bar), draw, notice };
}

function isEphemeral(flags: number | undefined): boolean {
  return ((flags ?? 0) & (1 << 6)) !== 0;
}

function dayOf({ timestamp }: WireMessage): string {
  return new Date(timestamp).toLocaleDateString(undefined, { dateStyle: "long" });
}

/** How long one may pause and still be seen as going on. */
const sameBreathMs = 7 * 60_000;

function goesOn(before: WireMessage, message: WireMessage): boolean {
  const pauseMs = Date.parse(message.timestamp) - Date.parse(before.timestamp);
  const isPlain = message.type === 0 && before.type !== 18;
  return (
    isPlain && before.author.id === message.author.id && pauseMs < sameBreathMs && dayOf(before) === dayOf(message)
  );
}
