const loneSurrogate = "\ufffd";

/**
 * Makes text that comes in pieces safe to store and show: NUL goes, lone surrogates become U+FFFD, and a character whose
 * two halves came in two pieces comes out whole, with the second.
 */
export function piecewiseText(): { next(piece: string): string; rest(): string } {
  let held = "";
  return {
    next(piece) {
      const text = held + piece.replaceAll("\0", "");
      const splits = /[\ud800-\udbff]$/.test(text);
      held = splits ? text.slice(-1) : "";
      return (splits ? text.slice(0, -1) : text).toWellFormed();
    },
    /** What is left of a character whose second half never came. */
    rest() {
      const rest = held === "" ? "" : loneSurrogate;
      held = "";
      return rest;
    },
  };
}
