import { parseInline } from "./inline.ts";
import type { List } from "./nodes.ts";

const itemLine = /^( *)(?:[-*]|(\d{1,9})\.) +(?=\S)/;
const continued = /^ {2,}(?=\S)/;
const deepest = 10;

export function isListLine(line: string): boolean {
  return itemLine.test(line);
}

type Level = { readonly indent: number; readonly lists: List[] };

/**
 * The lists these lines begin with, one within the other as they are indented, and how many characters of them, line ends counted.
 */
export function parseLists(lines: Iterable<string>): { lists: List[]; taken: number } {
  const top: List[] = [];
  const levels: Level[] = [];
  const waiting: { into: (text: string) => void; parts: string[] }[] = [];
  let taken = 0;
  for (const line of lines) {
    const [head, spaces = "", number] = itemLine.exec(line) ?? [];
    if (head === undefined) {
      const last = waiting.at(-1);
      if (!last || !continued.test(line)) break;
      last.parts.push(line.trim());
      taken += line.length + 1;
      continue;
    }
    const level = levelFor(spaces.length, levels, top);
    const start = number === undefined ? null : Number(number);
    let list = level.lists.at(-1);
    if (!list || (list.start === null) !== (start === null)) {
      list = { kind: "list", start, items: [] };
      level.lists.push(list);
    }
    const { items } = list;
    const at = items.push({ children: [], lists: [] }) - 1;
    const lists = items[at]?.lists ?? [];
    waiting.push({
      into: (text) => {
        items[at] = { children: parseInline(text), lists };
      },
      parts: [line.slice(head.length)],
    });
    taken += line.length + 1;
  }
  for (const { into, parts } of waiting) into(parts.join("\n"));
  return { lists: top, taken };
}

/** Where an item with this indent belongs: beside the last that is indented no more, or under the last item. */
function levelFor(indent: number, levels: Level[], top: List[]): Level {
  while (levels.length > 1 && (levels.at(-1)?.indent ?? 0) > indent) levels.pop();
  const last = levels.at(-1);
  if (last && (indent <= last.indent || levels.length >= deepest)) return last;
  const level = { indent, lists: last?.lists.at(-1)?.items.at(-1)?.lists ?? top };
  levels.push(level);
  return level;
}
