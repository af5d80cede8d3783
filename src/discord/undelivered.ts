import {
  DiscordAPIError,
  type GuildBasedChannel,
  type PermissionsBitField,
  RateLimitError,
  RESTJSONErrorCodes as Refused,
} from "discord.js";
import type { DeliveryProblem } from "../domain/server.ts";

/** Why a message is not in its channel. `unsure`: it may be there all the same. */
export type Undelivered =
  /** Somebody has to change something in Discord first. */
  | { readonly kind: "held"; readonly problem: DeliveryProblem; readonly unsure: boolean }
  | { readonly kind: "failed"; readonly problem: DeliveryProblem; readonly unsure: boolean }
  /** Later it may work; after the usual wait unless told. */
  | { readonly kind: "retry"; readonly unsure: boolean; readonly afterMs?: number }
  /** Discord wants it later. */
  | PutOff;

export type PutOff = { readonly kind: "put-off"; readonly unsure: true; readonly afterMs: number };

export type Posting = { readonly kind: "posted"; readonly channelId: string; readonly messageId: string } | Undelivered;

/** By how long Discord puts off a request; null if that is not what an error says. */
export function putOffBy(error: unknown): PutOff | null {
  if (!(error instanceof RateLimitError)) return null;
  // discord.js may have sent it before, and repeated it after a 500 that leaves open whether it was carried out.
  return { kind: "put-off", unsure: true, afterMs: error.retryAfter };
}

/** What an error of Discord means for a message. Anything but a clear refusal leaves open whether it was carried out. */
export function refusedBecause(error: unknown, whyForbidden: () => DeliveryProblem): Undelivered {
  if (!(error instanceof DiscordAPIError)) return putOffBy(error) ?? { kind: "retry", unsure: true };
  switch (error.code) {
    case Refused.UnknownChannel:
      return { kind: "failed", problem: "channel-gone", unsure: false };
    case Refused.UnknownGuild:
    case Refused.MissingAccess:
      return { kind: "held", problem: "no-access", unsure: false };
    case Refused.MissingPermissions:
      return { kind: "held", problem: whyForbidden(), unsure: false };
    case Refused.CannotSendMessagesInNonTextChannel:
      return { kind: "failed", problem: "cannot-send", unsure: false };
  }
  if (error.status === 401 || error.status === 429) return { kind: "retry", unsure: false };
  if (error.status === 403) return { kind: "held", problem: "cannot-send", unsure: false };
  return { kind: "failed", problem: "discord-failed", unsure: false };
}

/** What the bot may do in a channel, as the gateway told it; null if it did not yet. */
export function permissionsIn(channel: GuildBasedChannel): Readonly<PermissionsBitField> | null {
  const { me } = channel.guild.members;
  return me && channel.permissionsFor(me);
}
