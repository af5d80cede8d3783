const texts = new Set(["text/plain", "text/markdown", "text/csv", "text/x-log", "application/json"]);

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

/** How files of a kind begin; null is any byte. */
const beginnings: readonly (readonly [string, readonly (number | null)[]])[] = [
  ["image/png", [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", ascii("GIF8")],
  ["image/webp", [...ascii("RIFF"), null, null, null, null, ...ascii("WEBP")]],
  ["application/pdf", ascii("%PDF-")],
];
const longest = Math.max(...beginnings.map(([, bytes]) => bytes.length));

/** Looks at a file's bytes as they come, and says whether they are what its header says and of a kind that is kept. */
export type ContentChecker = {
  /** Whether all bytes so far may be of the kind said. */
  fits(bytes: Uint8Array): boolean;
  /** What the file is, once it is whole; null for a kind that is not kept, or one that lied. */
  kind(): string | null;
};

/**
 * A checker for a file that is said to be of this kind. Names and headers are the sender's to choose; only a file whose
 * bytes agree with its header is kept: a page or a program that calls itself a picture is not.
 */
export function contentChecker(header: string): ContentChecker {
  const said = header.split(";")[0]?.trim().toLowerCase() ?? "";
  if (texts.has(said)) return textChecker();
  const wanted = beginnings.find(([kind]) => kind === said);
  let head: number[] = [];
  const begins = () => wanted?.[1].slice(0, head.length).every((byte, i) => byte === null || byte === head[i]) ?? false;
  return {
    fits(bytes) {
      if (head.length < longest) head = [...head, ...bytes.subarray(0, longest - head.length)];
      return begins();
    },
    kind: () => (wanted && head.length >= wanted[1].length && begins() ? wanted[0] : null),
  };
}

/** Text is UTF-8 without the control characters that no text has. */
function textChecker(): ContentChecker {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let isText = true;
  const decode = (bytes?: Uint8Array) => {
    try {
      const text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      isText &&= !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);
    } catch {
      isText = false;
    }
    return isText;
  };
  return { fits: decode, kind: () => (decode() ? "text/plain" : null) };
}
