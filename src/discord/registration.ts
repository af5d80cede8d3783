import { isDeepStrictEqual } from "node:util";
import { ApplicationCommandType, type REST, Routes } from "discord.js";
import type { AnyCommand } from "./command.ts";

/** What Discord adds to a command, or derives from the rest. */
const discordsOwn = new Set([
  "id",
  "application_id",
  "guild_id",
  "version",
  "handler",
  "dm_permission",
  "default_permission",
]);

/** What Discord keeps for commands of all servers only. */
const globalOnly = new Set(["contexts", "integration_types"]);

/**
 * A command as it compares: without what Discord adds, and without what means the same as nothing (null, false, an empty
 * list or text), as Discord leaves some of it out and fills some of it in. Zero means something: `min_value`.
 */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => !discordsOwn.has(key))
    .map(([key, inner]) => [key, comparable(inner)] as const)
    .filter(([, inner]) => inner !== null && inner !== undefined && inner !== false && !isEmpty(inner));
  return Object.fromEntries(kept);
}

/** Of a menu command Discord tells an empty description. */
function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

function comparableCommand(command: object): { name: string; type: number } {
  return { type: ApplicationCommandType.ChatInput, name: "", ...(comparable(command) as object) };
}

/** Whether Discord already has exactly these commands, in whatever order and with whatever it adds to them. */
export function areRegistered(ours: readonly object[], theirs: readonly object[]): boolean {
  const ordered = (commands: readonly object[]) =>
    commands.map(comparableCommand).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.type - b.type));
  return isDeepStrictEqual(ordered(ours), ordered(theirs));
}

function forOneServer(data: AnyCommand["data"]): object {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !globalOnly.has(key)));
}

/**
 * Tells Discord of the commands, but only if it has others: registering is limited to 200 new commands a day, and every
 * change makes members' clients load them anew. Throws what discord.js throws.
 *
 * @param guildId registers in this server only, which takes effect at once; null for all servers
 */
export async function registerCommands(
  rest: REST,
  applicationId: string,
  commands: readonly AnyCommand[],
  guildId: string | null,
): Promise<"registered" | "unchanged"> {
  const route =
    guildId === null
      ? Routes.applicationCommands(applicationId)
      : Routes.applicationGuildCommands(applicationId, guildId);
  const ours = commands.map(({ data }) => (guildId === null ? data : forOneServer(data)));
  // Without this Discord leaves translations out of what it answers, and they would seem to be missing.
  const theirs = await rest.get(route, { query: new URLSearchParams({ with_localizations: "true" }) });
  const known = Array.isArray(theirs)
    ? theirs.map((command) => (guildId === null ? command : forOneServer(command)))
    : [];
  if (areRegistered(ours, known)) return "unchanged";
  await rest.put(route, { body: ours });
  return "registered";
}
