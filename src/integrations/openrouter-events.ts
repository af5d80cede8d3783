/** What stands in a streamed answer, comments and whitespace left out. */
export type WireEvent =
  /** The data of one event. */
  | { readonly kind: "event"; readonly text: string }
  /** No events came but ordinary text, whole: how some failures answer a question that asked for a stream. */
  | { readonly kind: "body"; readonly text: string }
  | { readonly kind: "too-large" };

export type WireLimits = {
  /** Of the whole answer, comments and whitespace included. */
  readonly mostBytes: number;
  /** Of one event, and of text that is none. */
  readonly mostEventCharacters: number;
};

/**
 * Reads an answer as it arrives. The SDK's own reader joins what it has got anew with every piece, keeps as much as is
 * sent, and loses a body that is no stream, so the bytes are read here.
 * @param read the next bytes, null at the end
 */
export async function* readEvents(
  read: () => Promise<Uint8Array | null>,
  { mostBytes, mostEventCharacters }: WireLimits,
): AsyncGenerator<WireEvent, void, undefined> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let unfinished = "";
  let data: string[] = [];
  let dataCharacters = 0;
  let stray = "";
  let isStream = false;

  for (let isEnd = false; !isEnd; ) {
    const chunk = await read();
    isEnd = chunk === null;
    bytes += chunk?.byteLength ?? 0;
    const text = chunk ? decoder.decode(chunk, { stream: true }) : `${decoder.decode()}\n\n`;
    // A long line in many small pieces is not searched from its beginning with each of them.
    const hasLine = /[\r\n]/.test(text) || unfinished.endsWith("\r");
    unfinished += text;
    const lines = hasLine ? unfinished.split(/\r\n|\n|\r(?=[^\n])/) : [unfinished];
    unfinished = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "" && data.length > 0) {
        // An event without data says nothing.
        if (dataCharacters > 0) yield { kind: "event", text: data.join("\n") };
        data = [];
        dataCharacters = 0;
      } else if (line.startsWith("data:")) {
        isStream = true;
        const said = line.slice(line.startsWith("data: ") ? 6 : 5);
        data.push(said);
        dataCharacters += said.length;
      } else if (line.trim() !== "" && !isField(line)) {
        stray += `${line}\n`;
      }
    }
    // Whitespace that keeps the connection alive may be one endless line.
    if (unfinished.trim() === "") unfinished = unfinished.slice(-1);
    if (bytes > mostBytes || Math.max(unfinished.length, dataCharacters, stray.length) > mostEventCharacters) {
      yield { kind: "too-large" };
      return;
    }
  }
  if (!isStream && stray !== "") yield { kind: "body", text: stray };
}

/** A comment, or a field of an event that means nothing here. */
function isField(line: string): boolean {
  return /^(:|(?:event|id|retry)(?::|$))/.test(line);
}
