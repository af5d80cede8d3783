/** Ways a piece of the transcript can look. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Paint = (style: keyof typeof codes, text: string) => string;

/** Paints for a terminal; leaves text as it is for a file, a pipe, or a person who has set NO_COLOR (https://no-color.org). */
export function painter(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint {
  if (!isTerminal || environment.NO_COLOR || environment.TERM === "dumb") return (_, text) => text;
  return (style, text) => {
    const [on, off] = codes[style];
    return `\u001B[${on}m${text}\u001B[${off}m`;
  };
}
