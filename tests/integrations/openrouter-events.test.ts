import fc from "fast-check";
import { expect, it } from "vitest";
import { readEvents, type WireEvent } from "../../src/integrations/openrouter-events.ts";

const limits = { mostBytes: 10_000, mostEventCharacters: 1_000 };

/** What is read when the bytes come cut at these places. */
async function read(text: string, cuts: readonly number[] = [], most = limits): Promise<WireEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const chunks = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
  const events: WireEvent[] = [];
  for await (const event of readEvents(async () => chunks.shift() ?? null, most)) events.push(event);
  return events;
}

const event = (text: string) => ({ kind: "event", text });

it("comments, other fields and empty lines are passed over", async () => {
  const stream =
    ": OPENROUTER PROCESSING\n\n:\n\nevent: x\nid: 5\nretry: 1\ndata: one\n\ndata:\n\ndata:two\ndata: three\n\n\n";
  expect(await read(stream)).toEqual([event("one"), event("two\nthree")]);
});

it("an event the stream breaks off in is told as far as it came", async () => {
  expect(await read("data: one\n\ndata: tw")).toEqual([event("one"), event("tw")]);
});

it("text that is no stream comes as a body, without the whitespace before it", async () => {
  expect(await read(`${" ".repeat(3_000)}\n  \n{"error":\n1}`)).toEqual([{ kind: "body", text: '{"error":\n1}\n' }]);
  expect(await read(" \n \n ")).toEqual([]);
  expect(await read("")).toEqual([]);
});

it.each([
  ["in one line", "x".repeat(1_001)],
  ["in one event of many lines", "data: xxxxxx\n".repeat(200)],
  ["in many lines that are no event", "x\n".repeat(600)],
  ["altogether", ": OPENROUTER PROCESSING\n\n".repeat(500)],
  ["altogether, in whitespace", " ".repeat(10_001)],
])("too much is not read to its end: %s", async (_, text) => {
  expect(await read(text)).toEqual([{ kind: "too-large" }]);
});

it("wherever the bytes are cut and however lines end, the events are the same", async () => {
  const lines = fc.constantFrom("data: a", "data: 中😀", "data:", ": c", "event: e", "");
  await fc.assert(
    fc.asyncProperty(
      fc.array(lines, { maxLength: 12 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.nat(200), { maxLength: 12 }),
      async (written, end, cuts) => {
        const text = written.map((line) => line + end).join("");
        expect(await read(text, cuts)).toEqual(await read(text.replaceAll(/\r\n?/g, "\n")));
      },
    ),
  );
});
