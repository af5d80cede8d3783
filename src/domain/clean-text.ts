const unwanted = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\uFFFD]+/gu;

/** Letters and symbols that show nothing: a name made of them would leave a hole. */
export const invisible = /\u034F|[\u115F\u1160\u2800\u3164\uFFA0]|\u17B4|\u17B5|[\uFE00-\uFE0F]/gu;

/**
 * Text from outside as one line of ordinary characters: control and format characters (which turn lines round or break
 * them), separators and lone surrogates become spaces, runs of spaces one. Empty if nothing in it can be seen.
 */
export function oneLine(text: string): string {
  const line = text.toWellFormed().replace(unwanted, " ").replace(/\s+/g, " ").trim();
  return line.replace(invisible, "").trim() === "" ? "" : line;
}

/** The same line by line: at most one blank line after another, none at the ends, and at most `most` in all. */
export function cleanLines(text: string, most: number): string {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/).map(oneLine);
  const spaced = lines.filter((line, i) => line !== "" || (i > 0 && lines[i - 1] !== ""));
  const joined =
    spaced.length <= most ? spaced : [...spaced.slice(0, most - 1), oneLine(spaced.slice(most - 1).join(" "))];
  return joined.join("\n").trim();
}
