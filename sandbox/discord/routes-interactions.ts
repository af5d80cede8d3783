import { messageShape } from "./message-shape.ts";
import { Refusal } from "./refusal.ts";
import type { Route, RouteContext } from "./route.ts";

/** Which schema a first response has: `type` decides. */
function callbackSchema({ body }: RouteContext): string | undefined {
  const byType: Record<number, string> = {
    1: "PongInteractionCallbackRequest",
    4: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    7: "UpdateMessageInteractionCallbackRequest",
    8: "ApplicationCommandAutocompleteCallbackRequest",
    9: "ModalInteractionCallbackRequest",
    12: "LaunchActivityInteractionCallbackRequest",
  };
  return byType[Number(body.type)];
}

/** First responses, and the webhook an interaction brings along. None of these carries an authorization. */
export const interactionRoutes: Route[] = [
  {
    method: "POST",
    pattern: "/interactions/{interaction_id}/{interaction_token}/callback",
    interaction: true,
    request: callbackSchema,
    response: "InteractionCallbackResponse",
    handle: ({ world, param, query, body, files }) => {
      const answer = world.interactions.respond(param("interaction_id"), param("interaction_token"), body, files);
      return query.get("with_response") === "true" ? { status: 200, body: answer } : { status: 204 };
    },
  },
  {
    method: "POST",
    pattern: "/webhooks/{webhook_id}/{webhook_token}",
    interaction: true,
    request: "IncomingWebhookRequestPartial",
    response: "MessageResponse",
    // The webhooks of interactions always answer with the message, also without wait=true.
    handle: (context) => {
      const { world, param, body, files } = context;
      refuseOtherWebhooks(context);
      return { status: 200, body: messageShape(world.interactions.followUp(param("webhook_token"), body, files)) };
    },
  },
  {
    method: "GET",
    pattern: "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    interaction: true,
    response: "MessageResponse",
    handle: (context) => {
      const { world, param } = context;
      refuseOtherWebhooks(context);
      return {
        status: 200,
        body: messageShape(world.interactions.message(param("webhook_token"), param("message_id"))),
      };
    },
  },
  {
    method: "PATCH",
    pattern: "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    interaction: true,
    request: "IncomingWebhookUpdateRequestPartial",
    response: "MessageResponse",
    handle: (context) => {
      const { world, param, body, files } = context;
      refuseOtherWebhooks(context);
      const message = world.interactions.edit(param("webhook_token"), param("message_id"), body, files);
      return { status: 200, body: messageShape(message) };
    },
  },
  {
    method: "DELETE",
    pattern: "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
    interaction: true,
    handle: (context) => {
      const { world, param } = context;
      refuseOtherWebhooks(context);
      world.interactions.remove(param("webhook_token"), param("message_id"));
      return { status: 204 };
    },
  },
];

/** The only webhooks here are those of interactions, which go by the application's id. */
function refuseOtherWebhooks({ world, param }: RouteContext): void {
  if (param("webhook_id") === world.applicationId) return;
  throw new Refusal({ status: 404, code: 10015, message: "Unknown Webhook", blame: "bot" });
}
