/** An address that may be opened: http or https and nothing else; null for any other. */
export function webAddress(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  return new URL(text).href;
}

/**
 * The address of a file on the page's own server, where the files of all messages lie; null for any other. A picture that
 * lies elsewhere would be a request to a stranger.
 *
 * @param page the page's own address
 */
export function ownAddress(text: string, page: string): string | null {
  if (!URL.canParse(text, page)) return null;
  const url = new URL(text, page);
  return url.origin === new URL(page).origin && url.protocol.startsWith("http") ? url.href : null;
}
