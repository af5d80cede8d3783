/** Rung when this process owes somebody a message that should not wait for the next look at what is due. */
export type Bell = {
  readonly ring: () => void;
  /** Calls `heard` at every ring. Returns what ends that. */
  readonly listen: (heard: () => void) => () => void;
};

export function createBell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring: () => {
      for (const heard of listeners) heard();
    },
    listen(heard) {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
  };
}
