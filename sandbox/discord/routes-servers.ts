import { worldRefuses } from "./refusal.ts";
import { type Route, type RouteContext, serverOf } from "./route.ts";
import { channelShape, memberShape, roleShape, serverShape, userShape } from "./shapes.ts";
import { compareSnowflakes } from "./snowflakes.ts";
import { text } from "./wire.ts";
import type { World } from "./world.ts";

/** Servers, their members and roles, users, and the application itself. `gatewayUrl` is where bots connect. */
export function serverRoutes(gatewayUrl: () => string): Route[] {
  return [
    {
      method: "GET",
      pattern: "/gateway",
      response: "GatewayResponse",
      handle: () => ({ status: 200, body: { url: gatewayUrl() } }),
    },
    {
      method: "GET",
      pattern: "/gateway/bot",
      response: "GatewayBotResponse",
      handle: () => ({
        status: 200,
        body: {
          url: gatewayUrl(),
          shards: 1,
          session_start_limit: { total: 1000, remaining: 999, reset_after: 86_400_000, max_concurrency: 1 },
        },
      }),
    },
    {
      method: "GET",
      pattern: "/applications/@me",
      response: "PrivateApplicationResponse",
      handle: ({ world }) => ({ status: 200, body: applicationShape(world) }),
    },
    {
      method: "PATCH",
      pattern: "/applications/@me",
      request: "ApplicationFormPartial",
      response: "PrivateApplicationResponse",
      handle: ({ world }) => ({ status: 200, body: applicationShape(world) }),
    },
    {
      method: "GET",
      pattern: "/users/@me",
      response: "UserPIIResponse",
      handle: ({ world }) => ({
        status: 200,
        body: { ...userShape(world.bot), mfa_enabled: false, locale: "en-US", verified: true, email: null },
      }),
    },
    {
      method: "GET",
      pattern: "/users/{user_id}",
      response: "UserResponse",
      handle: ({ world, param }) => {
        const user = world.users.get(param("user_id"));
        if (!user) throw worldRefuses(404, 10013, "Unknown User");
        return { status: 200, body: userShape(user) };
      },
    },
    {
      method: "GET",
      pattern: "/users/@me/guilds",
      handle: ({ world, query }) => {
        const after = query.get("after") ?? "0";
        const servers = [...world.servers.values()].filter((server) => compareSnowflakes(server.id, after) > 0);
        const body = servers.map((server) => ({
          id: server.id,
          name: server.name,
          icon: null,
          banner: null,
          owner: false,
          permissions: String(server.bot.permissions),
          features: [],
        }));
        return { status: 200, body };
      },
    },
    {
      method: "GET",
      pattern: "/guilds/{guild_id}",
      response: "GuildWithCountsResponse",
      handle: (context) => ({ status: 200, body: serverShape(serverOf(context)) }),
    },
    {
      method: "GET",
      pattern: "/guilds/{guild_id}/roles",
      response: "GuildRoleResponse",
      responseList: true,
      handle: (context) => ({ status: 200, body: [...serverOf(context).roles.values()].map(roleShape) }),
    },
    {
      method: "GET",
      pattern: "/guilds/{guild_id}/channels",
      handle: (context) => {
        const channels = [...serverOf(context).channels.values()].filter((channel) => !channel.isThread);
        return { status: 200, body: channels.map(channelShape) };
      },
    },
    {
      method: "GET",
      pattern: "/guilds/{guild_id}/threads/active",
      handle: (context) => {
        const channels = [...serverOf(context).channels.values()];
        const threads = channels.filter((one) => one.isThread && !one.archived && one.botMay("ViewChannel"));
        return { status: 200, body: { threads: threads.map(channelShape), members: [] } };
      },
    },
    {
      method: "GET",
      pattern: "/guilds/{guild_id}/members/{user_id}",
      response: "GuildMemberResponse",
      handle: (context) => ({ status: 200, body: memberShape(memberOf(context)) }),
    },
  ];
}

function memberOf(context: RouteContext) {
  const member = serverOf(context).members.get(context.param("user_id"));
  if (member) return member;
  const known = context.world.users.has(text(context.param("user_id")));
  throw known ? worldRefuses(404, 10007, "Unknown Member") : worldRefuses(404, 10013, "Unknown User");
}

function applicationShape(world: World): object {
  return {
    id: world.applicationId,
    name: world.bot.username,
    icon: null,
    description: "",
    type: null,
    flags: 0,
    flags_new: "0",
    bot: userShape(world.bot),
    bot_public: true,
    bot_require_code_grant: false,
    integration_types_config: { "0": {} },
    verify_key: "0".repeat(64),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: userShape({ id: world.applicationId, username: "host", globalName: "The host", bot: false }),
    approximate_guild_count: world.servers.size,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  };
}
