const months = ["January–March", "April–June", "July–September", "October–December"] as const;

function padded(value: number, digits: number): string {
  return value.toString().padStart(digits, "0");
}

/**
 * The season a moment is in, a calendar quarter in UTC: 2026-03-31T23:59:59Z → "2026-Q1". Wallets and boards belong to
 * one; the ids sort as the seasons follow.
 */
export function seasonOf(at: Date): string {
  return `${padded(at.getUTCFullYear(), 4)}-Q${Math.floor(at.getUTCMonth() / 3) + 1}`;
}

/** The id of a season as a member types it ("2026-q1", with spaces around it), or null if it is not one. */
export function readSeason(typed: string): string | null {
  const id = typed.trim().toUpperCase();
  return /^\d{4}-Q[1-4]$/.test(id) ? id : null;
}

/** A season as members read it: "2026-Q1" → "January–March 2026". Throws on anything that is not a season's id. */
export function seasonLabel(id: string): string {
  const [year, quarter] = (readSeason(id) ?? "").split("-Q");
  const span = months[Number(quarter) - 1];
  if (span === undefined) throw new Error(`not a season: ${id}`);
  return `${span} ${year}`;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The week a moment is in, by ISO 8601 in UTC: weeks begin on Monday and belong to the year their Thursday is in, e.g.
 * 2027-01-01 → "2026-W53". Weekly top-ups are keyed on it.
 */
export function weekOf(at: Date): string {
  const daysSinceMonday = (at.getUTCDay() + 6) % 7;
  const thursday = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() - daysSinceMonday + 3));
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - newYear) / dayMs / 7) + 1;
  return `${padded(thursday.getUTCFullYear(), 4)}-W${padded(week, 2)}`;
}
