/** Parameters that say where a reader came from and not what is read. */
const tracking = /^(utm_\w+|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|ref|ref_src|ref_url|si|s|t|share_id|_hs\w+)$/i;
/** Where those one-letter parameters are about sharing, and not, say, a search or a moment of a film. */
const shortOnesOn = /(^|\.)(x|twitter|youtube|youtu|instagram|reddit)\.(com|be)$/;
const shortOnes = /^(s|t|si)$/i;

/**
 * A web address a member gave, as it is kept and shown; null for anything else. It is never opened by the bot. Names and
 * passwords in it are refused: they are somebody's secret, or a trick to make an address look like another.
 */
export function readLink(typed: string, mostCharacters: number): string | null {
  const text = typed.trim().replace(/^<(.*)>$/, "$1");
  if (/\s/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  if (!isWeb || url.username !== "" || url.password !== "" || url.hostname === "") return null;
  return url.href.length <= mostCharacters ? url.href : null;
}

/**
 * What two addresses of the same page have in common: without scheme, "www.", default port, fragment, parameters that
 * only track, the order of the others, and a slash at the end.
 *
 * @param link one that `readLink` took
 */
export function normaliseLink(link: string): string {
  const url = new URL(link);
  const host = url.host.replace(/^www\./, "").replace(/\.$/, "");
  const kept = [...url.searchParams]
    .filter(([name]) => !tracking.test(name) || (shortOnes.test(name) && !shortOnesOn.test(host)))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const query = kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
  return `${host}${url.pathname.replace(/\/+$/, "")}${query}`;
}

/** The first web address in a text, as it stands there; null if there is none. */
export function linkIn(text: string, mostCharacters: number): string | null {
  for (const [found] of text.matchAll(/https?:\/\/[^\s<>"'`|]+/gi)) {
    // Punctuation behind an address ends the sentence; brackets belong to it only in pairs.
    const trimmed = found.replace(/[.,;:!?*_~]+$/, "").replace(/^([^(]*)\)+.*$/, "$1");
    const link = readLink(trimmed, mostCharacters);
    if (link !== null) return link;
  }
  return null;
}
