/** What formats text from one such sign to the next like it, also over lines; and what must not be taken for it. */
const formatting = /\\[^0-9A-Za-z\s]|`[^`\n]+`|\*{4,}|_{4,}|~{3,}|\*\*|__|~~/g;

/**
 * A line, or a piece of one, in which all formatting ends: signs that open what nothing closes stand as they are, else all
 * that follows would be bold or struck out, the bot's own words too. Doing so twice changes nothing.
 */
export function closed(line: string): string {
  const open: { sign: string; at: number }[] = [];
  const loose = new Map<number, string>();
  for (const { index: at, 0: sign } of line.matchAll(formatting)) {
    if (/^[\\`]/.test(sign)) continue;
    if (sign.length > 2) {
      loose.set(at, sign);
      continue;
    }
    const opened = open.findLastIndex((each) => each.sign === sign);
    // Those opened since then cross its end.
    const crossing = opened < 0 ? [] : open.splice(opened).slice(1);
    for (const each of crossing) loose.set(each.at, each.sign);
    if (opened < 0) open.push({ sign, at });
  }
  for (const each of open) loose.set(each.at, each.sign);
  return loose.size === 0
    ? line
    : line.replace(formatting, (sign, at: number) => (loose.has(at) ? sign.replace(/./g, "\\$&") : sign));
}
