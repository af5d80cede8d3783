/** A stored answer with its times as Dates again: JSON keeps them as text, under names that end in "At". */
export function datesIn(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(datesIn);
  if (stored === null || typeof stored !== "object" || stored instanceof Date) return stored;
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) =>
      name.endsWith("At") && typeof value === "string" ? [name, new Date(value)] : [name, datesIn(value)],
    ),
  );
}
