/**
 * Text from outside as one line of ordinary characters: control and format characters (which turn lines round or break
 * them), separators and lone surrogates become spaces, runs of spaces one.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\uFFFD]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}
