/** An address that may be opened: http or https and nothing else; null for any other. */
export function webAddress(text: string): string | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  return new URL(text).href;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * A picture's address, if it lies on this machine or where one of the `known` files lies. Any other would be a request
 * to a stranger: null.
 */
export function pictureAddress(text: string, known: readonly string[]): string | null {
  const address = webAddress(text);
  if (address === null) return null;
  const { host, hostname } = new URL(address);
  const isKnown = known.some((each) => URL.canParse(each) && new URL(each).host === host);
  return loopback.test(hostname) || isKnown ? address : null;
}
