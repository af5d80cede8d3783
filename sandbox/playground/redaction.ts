const secretKeys = new Set(["token", "session_id", "authorization", "interaction_token", "webhook_token"]);
const mostCharacters = 4000;

/** A body of the wire as a person may see it: indented, cut where it is long, with every token taken out. */
export function readable(body: unknown): string {
  if (body === undefined) return "";
  const text = JSON.stringify(body, (key, value) => (secretKeys.has(key) ? "(secret)" : value), 2) ?? "";
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}\n… (${text.length} characters)`;
}

/** A path without the tokens of interactions, which let whoever has them answer in the bot's name. */
export function readablePath(path: string): string {
  return path.replaceAll(/[\w.-]{50,}/g, "(secret)");
}
