/**
 * The same as JSON, with the words of others as PostgreSQL takes them: no NUL and no lone surrogate. What JSON does not
 * know, such as a date, becomes what JSON makes of it.
 */
export function storable(value: object): unknown {
  const clean = (_: string, inner: unknown) =>
    typeof inner === "string" ? inner.toWellFormed().replaceAll("\0", "") : inner;
  return JSON.parse(JSON.stringify(value, clean));
}
