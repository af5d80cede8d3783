import type { Channel } from "./channel.ts";
import type { Server } from "./guild.ts";
import { type FieldProblem, invalidForm, missingAccess, unknownChannel, worldRefuses } from "./refusal.ts";
import { isRaw, type Raw } from "./wire.ts";
import type { StoredFile, World } from "./world.ts";

export interface RouteContext {
  world: World;
  /** A part of the path by its name in the pattern. */
  param: (name: string) => string;
  query: URLSearchParams;
  json: unknown;
  /** The body where it is an object, else empty. */
  body: Raw;
  files: StoredFile[];
}

export interface Answer {
  status: number;
  body?: unknown;
}

export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As in Discord's OpenAPI, e.g. /channels/{channel_id}/messages. */
  pattern: string;
  /** Routes of interactions are called without authorization. */
  interaction?: true;
  /** Names the schema of the body in Discord's specification, looking at the world where it depends on it. */
  request?: string | ((context: RouteContext) => string | undefined);
  /** The body is a list of what `request` names. */
  requestList?: true;
  /** Names the schema of the answer's body. */
  response?: string | ((body: Raw) => string | undefined);
  responseList?: true;
  handle: (context: RouteContext) => Answer | Promise<Answer>;
}

/** The channel a path names, if the bot can see it: 10003 if it is gone, 50001 if it is hidden or in a server left. */
export function channelOf(context: RouteContext, name = "channel_id"): Channel {
  const { world } = context;
  const id = context.param(name);
  for (const server of world.servers.values()) {
    const channel = server.channels.get(id);
    if (!channel) continue;
    if (!channel.botMay("ViewChannel")) throw missingAccess();
    return channel;
  }
  if (world.formerServers.some((server) => server.channels.has(id))) throw missingAccess();
  throw unknownChannel();
}

/** The server a path names: 10004 if there is none, 50001 if the bot is not in it. */
export function serverOf(context: RouteContext): Server {
  const id = context.param("guild_id");
  const server = context.world.servers.get(id);
  if (server) return server;
  if (context.world.formerServers.some((one) => one.id === id)) throw missingAccess();
  throw worldRefuses(404, 10004, "Unknown Guild");
}

/** Throws 50035 if there is anything to complain about. */
export function refuseProblems(problems: FieldProblem[]): void {
  if (problems.length > 0) throw invalidForm(problems);
}

/** The body of a request that must be an object. */
export function asObject(json: unknown): Raw {
  return isRaw(json) ? json : {};
}
