import type { Channel } from "./channel.ts";
import type { Member } from "./member.ts";
import type { Pings } from "./message.ts";
import { allComponents, isRaw, type Raw, text } from "./wire.ts";

/** Who a message mentions once allowed_mentions has had its say, and who of those really gets a notification. */
export function mentionsOf(
  channel: Channel,
  author: Member | undefined,
  words: { content: string; components: Raw[]; allowed: unknown; repliedTo?: string | undefined },
): { users: string[]; roles: string[]; everyone: boolean; pings: Pings } {
  const { server } = channel;
  const said = [
    words.content,
    ...allComponents(words.components).map((part) => (part.type === 10 ? text(part.content) : "")),
  ];
  const saidAll = said.join("\n");
  const allowed = isRaw(words.allowed) ? words.allowed : undefined;
  const ids = (pattern: RegExp) => [...new Set([...saidAll.matchAll(pattern)].map((match) => match[1] ?? ""))];
  const users = ids(/<@!?(\d+)>/g).filter((id) => server.world.users.has(id) && permits(allowed, "users", id));
  if (words.repliedTo && (!allowed || allowed.replied_user === true) && !users.includes(words.repliedTo)) {
    users.push(words.repliedTo);
  }
  const mayMentionAll = author?.may("MentionEveryone", channel) ?? false;
  const roles = ids(/<@&(\d+)>/g).filter((id) => server.roles.has(id) && permits(allowed, "roles", id));
  const everyone = /@(everyone|here)\b/.test(saidAll) && mayMentionAll && permits(allowed, "everyone");
  const pings = {
    users: users.filter((id) => server.members.has(id) && id !== author?.id),
    roles: roles.filter((id) => mayMentionAll || server.roles.get(id)?.mentionable),
    everyone,
  };
  return { users, roles, everyone, pings };
}

function permits(allowed: Raw | undefined, kind: "users" | "roles" | "everyone", id?: string): boolean {
  if (!allowed) return true;
  if (Array.isArray(allowed.parse) && allowed.parse.includes(kind)) return true;
  const listed = allowed[kind];
  return id !== undefined && Array.isArray(listed) && listed.includes(id);
}
