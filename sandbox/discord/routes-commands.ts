import { withoutTranslations } from "./command-book.ts";
import { commandProblems, commandSetProblems } from "./limits-commands.ts";
import { botErred } from "./refusal.ts";
import { type Route, type RouteContext, refuseProblems, serverOf } from "./route.ts";
import { rawList } from "./wire.ts";

/** Application commands, once globally and once per server. */
export const commandRoutes: Route[] = [
  "/applications/{application_id}",
  "/applications/{application_id}/guilds/{guild_id}",
].flatMap((scope): Route[] => [
  {
    method: "GET",
    pattern: `${scope}/commands`,
    response: "ApplicationCommandResponse",
    responseList: true,
    handle: (context) => {
      const translated = context.query.get("with_localizations") === "true";
      const shapes = context.world.commands.list(serverId(context)).map((command) => command.shape);
      return { status: 200, body: translated ? shapes : shapes.map(withoutTranslations) };
    },
  },
  {
    method: "PUT",
    pattern: `${scope}/commands`,
    request: "ApplicationCommandUpdateRequest",
    requestList: true,
    response: "ApplicationCommandResponse",
    responseList: true,
    handle: (context) => {
      const scopeId = serverId(context);
      const requests = rawList(context.json);
      const ownProblems = requests.flatMap((request, at) => commandProblems(request, [at]));
      refuseProblems([...commandSetProblems(requests), ...ownProblems]);
      return {
        status: 200,
        body: context.world.commands.replaceAll(requests, scopeId).map((command) => command.shape),
      };
    },
  },
  {
    method: "POST",
    pattern: `${scope}/commands`,
    request: "ApplicationCommandCreateRequest",
    response: "ApplicationCommandResponse",
    handle: (context) => {
      const scopeId = serverId(context);
      const { commands } = context.world;
      const others = commands
        .list(scopeId)
        .filter((one) => one.name !== context.body.name || one.type !== (context.body.type ?? 1))
        .map((one) => one.shape);
      refuseProblems([...commandSetProblems([...others, context.body]), ...commandProblems(context.body, [])]);
      const { command, created } = commands.upsert(context.body, scopeId);
      return { status: created ? 201 : 200, body: command.shape };
    },
  },
  {
    method: "GET",
    pattern: `${scope}/commands/{command_id}`,
    response: "ApplicationCommandResponse",
    handle: (context) => ({ status: 200, body: commandOf(context).shape }),
  },
  {
    method: "PATCH",
    pattern: `${scope}/commands/{command_id}`,
    request: "ApplicationCommandPatchRequestPartial",
    response: "ApplicationCommandResponse",
    handle: (context) => {
      const { shape } = commandOf(context);
      const request = { ...shape, ...context.body };
      refuseProblems(commandProblems(request, []));
      if (request.name !== shape.name) context.world.commands.remove(String(shape.id));
      return { status: 200, body: context.world.commands.upsert(request, serverId(context)).command.shape };
    },
  },
  {
    method: "DELETE",
    pattern: `${scope}/commands/{command_id}`,
    handle: (context) => {
      context.world.commands.remove(commandOf(context).id);
      return { status: 204 };
    },
  },
]);

function serverId(context: RouteContext): string | undefined {
  if (context.param("application_id") !== context.world.applicationId) {
    throw botErred(403, 20012, "You are not authorized to perform this action on this application");
  }
  return context.param("guild_id") === "" ? undefined : serverOf(context).id;
}

function commandOf(context: RouteContext) {
  const command = context.world.commands.byId(context.param("command_id"), serverId(context));
  if (!command) throw botErred(404, 10063, "Unknown application command");
  return command;
}
