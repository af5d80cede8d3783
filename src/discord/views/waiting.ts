import { mostNewStealthAtOnce } from "../../domain/catalogue.ts";
import type { WaitingListing } from "../../domain/held-listing.ts";
import type { Listing } from "../../domain/listing.ts";
import { button, buttonRow, type MessageView, menuRow } from "./message.ts";
import { factLines, listingCode } from "./model-words.ts";
import { count, counted, moment } from "./numbers.ts";
import { bold, fittingLines, plain, shown } from "./text.ts";

/** Discord shows as many choices in a menu. */
const mostShown = 25;

const because = {
  burst: `it came with more than ${mostNewStealthAtOnce} new anonymous models at once`,
  doubtful: "the rule is in doubt whether it is anonymous",
} satisfies Record<WaitingListing["because"], string>;

/** Tells moderators that something waits for them. Names are for their eyes alone, so they are behind the button. */
export function waitingMessage(at: Date): MessageView {
  return {
    content:
      "OpenRouter lists models that I did not announce: too many at once, or I am not sure that they are anonymous. Moderators can look at them and open them here, or leave it.",
    components: [buttonRow(button("Look at them", "waiting", at.getTime(), "main"))],
  };
}

/** Tells moderators that the catalogue is not believed for now. The button shows whether that is still so. */
export function shrunkMessage(at: Date): MessageView {
  return {
    content: `At ${moment(at, "f")} OpenRouter's list had lost over half of its models. I take that for a mistake and change nothing, unless it stays so for an hour.`,
    components: [buttonRow(button("Look at it", "waiting", at.getTime(), "main"))],
  };
}

function listingLines({ listing, because: reason, heldAt }: WaitingListing): string[] {
  return [
    `${bold(listing.name ?? listing.id, shown.modelName)} ${listingCode(listing.id)}`,
    `Waits since ${moment(heldAt, "R")}: ${because[reason]}. ${factLines(listing).join(" · ")}`,
  ];
}

/** How a menu names a listing: its id, which in theory may be too long for Discord. */
export function waitingValue(listing: Listing): string {
  const { id } = listing;
  return id.length <= 100 ? id : `${id.slice(0, 50)}${id.slice(-50)}`;
}

/**
 * What waits for a server's moderators.
 *
 * @param inAll how many wait, of which these are the latest
 * @param smallSince since when the catalogue is so short that I do not believe it; null if it is not
 */
export function waitingView(
  waiting: readonly WaitingListing[],
  { inAll, smallSince, done = null }: { inAll: number; smallSince: Date | null; done?: string | null },
): MessageView {
  const small =
    smallSince === null
      ? []
      : [
          `Since ${moment(smallSince, "R")} OpenRouter's list has lost over half of its models. I believe it when it stays so for an hour.`,
        ];
  const said = done === null ? [] : [done];
  if (waiting.length === 0) {
    return { content: [...said, ...small, "Nothing waits for moderators."].join("\n") };
  }
  const options = waiting.slice(0, mostShown).map(({ listing }) => ({
    label: plain(listing.name ?? listing.id, shown.modelName),
    value: waitingValue(listing),
    description: plain(listing.id, shown.listingId),
  }));
  const key = Math.max(...waiting.map(({ heldAt }) => heldAt.getTime()));
  const more =
    inAll > waiting.length
      ? [`These are the latest ${count(waiting.length)}; the next come once you have opened or left some of them.`]
      : [];
  const lines = [...said, ...small, ...more, ...waiting.slice(0, mostShown).flatMap(listingLines)];
  return {
    embeds: [
      {
        title: `${counted(inAll, "listing")} not announced`,
        description: fittingLines(lines, 4000),
        footer: { text: "Opening one starts guesses in this server only, and announces it here." },
      },
    ],
    components: [
      menuRow("open-one", "waiting", "Open one here", options),
      menuRow("dismiss-one", "waiting", "Leave one, and show it no more", options),
      buttonRow(button("Open all here", "open-all", key), button("Leave all", "dismiss-all", key)),
    ],
  };
}

/** Says what was opened; that it was opened meanwhile by somebody else is no news. */
export function openedWords(names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const named = names.slice(0, 10).map((name) => bold(name, shown.modelName));
  return `Opened here: ${[...named, ...(names.length > 10 ? [`and ${count(names.length - 10)} more`] : [])].join(", ")}`;
}

/** A model seen elsewhere is open. */
export function modelAdded({ name, isAnnounced }: { name: string; isAnnounced: boolean }): MessageView {
  const next = isAnnounced
    ? "I announce it in a moment."
    : "There is no announcement channel yet, so I tell nobody: `/setup channel`.";
  return { content: `${bold(name, shown.modelName)} is open for guesses in this server. ${next}` };
}
