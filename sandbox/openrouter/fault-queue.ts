type When = { readonly times?: number; readonly after?: number; readonly model?: string };

/** One fault at a time: when it is due, and for how many answers. */
export type FaultQueue<Fault> = {
  /** What goes wrong with the next answer, to a question to this model; null: nothing. */
  next(model?: string): Fault | null;
  /** `times` answers go wrong (all until `mend`), after `after` right ones (none); of this model, or any. */
  break(fault: Fault, when?: When): void;
  mend(): void;
};

export function faultQueue<Fault>(): FaultQueue<Fault> {
  let due: { fault: Fault; timesLeft: number; rightFirst: number; model: string | undefined } | null = null;
  return {
    next(model) {
      if (!due || (due.model !== undefined && due.model !== model)) return null;
      if (due.rightFirst > 0) {
        due.rightFirst -= 1;
        return null;
      }
      const { fault } = due;
      due.timesLeft -= 1;
      if (due.timesLeft <= 0) due = null;
      return fault;
    },
    break(fault, { times = Number.POSITIVE_INFINITY, after = 0, model } = {}) {
      due = { fault, timesLeft: times, rightFirst: after, model };
    },
    mend() {
      due = null;
    },
  };
}
