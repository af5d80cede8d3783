// Codes of Node and of the driver for PostgreSQL, and PostgreSQL's own of a server that starts, stops or is full.
const outOfReach = /^(CONNECT_TIMEOUT|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P03|53300)$/;
const lost = /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|57P0[12])$/;
const closedByUs = /^CONNECTION_(ENDED|DESTROYED)$/;

/** The database could not be connected to, so nothing of what was asked was done; what is asked next fares no better. */
export function isOutOfReach(error: unknown): boolean {
  return codesOf(error).some((code) => outOfReach.test(code));
}

/** There is no connection, or it was lost: then PostgreSQL ends what was open on it, and nobody knows whether a commit came through. */
export function isCutOff(error: unknown): boolean {
  return codesOf(error).some((code) => outOfReach.test(code) || lost.test(code));
}

/** The connection was given up by us: nothing will ever come along it. */
export function isClosed(error: unknown): boolean {
  return codesOf(error).some((code) => closedByUs.test(code));
}

/** The codes of an error and of the causes it is wrapped in, outermost first. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && typeof at.code === "string") codes.push(at.code);
  return codes;
}
