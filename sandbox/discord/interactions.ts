import { randomBytes } from "node:crypto";
import type { Channel } from "./channel.ts";
import { choicesOf } from "./choices.ts";
import { Exchange, type ExchangeKind, interactionTypes } from "./exchange.ts";
import { interactionPayload } from "./interaction-payload.ts";
import { modalProblems } from "./limits-components.ts";
import { messageProblems } from "./limits-messages.ts";
import type { Member } from "./member.ts";
import type { Message } from "./message.ts";
import { messageShape } from "./message-shape.ts";
import { deleteMessage, editMessage, postMessage } from "./messages.ts";
import { invalidForm, Refusal, unknownMessage, worldRefuses } from "./refusal.ts";
import { CannotType } from "./typed-options.ts";
import { isRaw, MessageFlag, type Raw } from "./wire.ts";
import type { StoredFile, World } from "./world.ts";

/** First responses each kind of interaction accepts, by their numbers on the wire. */
const accepted: Record<ExchangeKind, number[]> = {
  command: [4, 5, 9],
  component: [4, 5, 6, 7, 9],
  autocomplete: [8],
  modal: [4, 5, 6, 7],
};

export interface Opening {
  kind: ExchangeKind;
  member: Member;
  channel: Channel;
  data: Raw;
  name: string;
  source?: Message | undefined;
  opener?: Exchange | undefined;
}

/** Where interactions begin and where the bot's answers to them arrive. */
export class InteractionDesk {
  readonly #world: World;
  readonly #byId = new Map<string, Exchange>();
  readonly #byToken = new Map<string, Exchange>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Begins an interaction and sends it to the bot. */
  open(opening: Opening): Exchange {
    const { member } = opening;
    const here = this.#world.servers.has(member.server.id) && member.server.members.has(member.id);
    if (!here) throw new CannotType(`${member.name} and the bot are not in one server any more.`);
    const id = this.#world.ids.next();
    const token = randomBytes(48).toString("base64url");
    const exchange = new Exchange({ id, token, ...opening });
    exchange.payload = interactionPayload(exchange, opening.data);
    this.#byId.set(id, exchange);
    this.#byToken.set(token, exchange);
    this.deliver(exchange);
    if (this.#world.faults.duplicateInteractions) this.deliver(exchange);
    return exchange;
  }

  deliver(exchange: Exchange): void {
    const { connections, awaitsResume, faults } = this.#world;
    exchange.deliveries += Math.max(1, connections());
    // What reaches the bot late because of the sandbox may also be answered late.
    if (awaitsResume() || faults.dispatchDelayMs("INTERACTION_CREATE") > 0) exchange.excused = true;
    this.#world.dispatch("INTERACTION_CREATE", exchange.payload);
  }

  get all(): Exchange[] {
    return [...this.#byId.values()];
  }

  /** The exchange a request belongs to, whatever its state. */
  find(idOrToken: string): Exchange | undefined {
    return this.#byId.get(idOrToken) ?? this.#byToken.get(idOrToken);
  }

  /** The bot's first response. Returns what `with_response` answers. */
  respond(id: string, token: string, body: Raw, files: StoredFile[]): Raw {
    const exchange = this.#byId.get(id);
    if (!exchange || exchange.token !== token) throw unknownInteraction("bot");
    if (this.#world.faults.takeUnknownInteraction()) throw unknownInteraction("world");
    const twice = exchange.deliveries > 1 || exchange.excused;
    if (exchange.acknowledged) {
      const message = "Interaction has already been acknowledged.";
      throw new Refusal({ status: 400, code: 40060, message, blame: twice ? "world" : "bot" });
    }
    if (exchange.failed) throw unknownInteraction(exchange.excused ? "world" : "bot");
    const type = Number(body.type);
    if (!accepted[exchange.kind].includes(type) || (type >= 6 && type <= 7 && !exchange.source)) {
      const message = `A ${exchange.kind} interaction does not accept a response of type ${type}.`;
      throw invalidForm([{ path: ["type"], code: "INTERACTION_RESPONSE_TYPE_INVALID", message }]);
    }
    this.#apply(exchange, type, isRaw(body.data) ? body.data : {}, files);
    this.#world.changes.announce();
    return this.#callbackShape(exchange, type);
  }

  /** A further message through the interaction's webhook. After a deferral the first one takes its place. */
  followUp(token: string, body: Raw, files: StoredFile[]): Message {
    const exchange = this.#live(token);
    if (exchange.original?.loading) {
      this.#refuseFaulty(body, files, 0);
      editMessage(exchange.original, body, files);
      return exchange.original;
    }
    const message = this.#post(exchange, body, files, exchange.original ?? exchange.source);
    exchange.followUpMessages.push(message);
    this.#world.changes.announce();
    return message;
  }

  /** A message of the interaction: "@original" or the id of one of its messages. */
  message(token: string, id: string): Message {
    const exchange = this.#live(token);
    const updates = exchange.answer === "update" || exchange.answer === "deferred-update";
    const original = updates ? exchange.source : exchange.original;
    if (id === "@original" && !original) throw unknownWebhook("bot");
    const known = [...(original ? [original] : []), ...exchange.followUpMessages];
    const found = id === "@original" ? original : known.find((message) => message.id === id);
    if (!found || found.deleted || found.channel.deleted) throw unknownMessage();
    return found;
  }

  edit(token: string, id: string, body: Raw, files: StoredFile[]): Message {
    const message = this.message(token, id);
    this.#refuseFaulty(body, files, message.flags);
    refuseClosedThread(message.channel);
    editMessage(message, body, files);
    return message;
  }

  remove(token: string, id: string): void {
    deleteMessage(this.message(token, id));
  }

  #live(token: string): Exchange {
    const exchange = this.#byToken.get(token);
    if (!exchange?.acknowledged || exchange.kind === "autocomplete" || exchange.tokenExpired) {
      throw unknownWebhook(exchange?.excused ? "world" : "bot");
    }
    return exchange;
  }

  #apply(exchange: Exchange, type: number, data: Raw, files: StoredFile[]): void {
    if (type === 4) {
      exchange.original = this.#post(exchange, data, files, exchange.source, "data");
      exchange.acknowledge("message");
    } else if (type === 5) {
      const flags = Number(data.flags ?? 0) & MessageFlag.Ephemeral;
      exchange.original = this.#post(exchange, { flags }, [], exchange.source, "data", MessageFlag.Loading);
      exchange.acknowledge("deferred");
    } else if (type === 6) {
      exchange.acknowledge("deferred-update");
    } else if (type === 7 && exchange.source) {
      if (exchange.source.deleted) throw unknownMessage();
      this.#refuseFaulty(data, files, exchange.source.flags, "data");
      refuseClosedThread(exchange.source.channel);
      editMessage(exchange.source, data, files);
      exchange.acknowledge("update");
    } else if (type === 8) {
      exchange.choices = choicesOf(exchange, data);
      exchange.acknowledge("choices");
    } else {
      const problems = modalProblems(data);
      if (problems.length > 0) throw invalidForm(problems);
      exchange.modalData = data;
      exchange.acknowledge("modal");
    }
  }

  #post(exchange: Exchange, body: Raw, files: StoredFile[], to?: Message, path?: string, extraFlags = 0): Message {
    this.#refuseFaulty(body, files, undefined, path);
    if (exchange.channel.deleted) throw worldRefuses(404, 10003, "Unknown Channel");
    const ephemeral = (Number(body.flags ?? 0) & MessageFlag.Ephemeral) !== 0;
    if (!ephemeral) refuseClosedThread(exchange.channel);
    const isFirst = exchange.kind === "command" && !exchange.original;
    return postMessage(exchange.channel, {
      author: exchange.channel.server.bot,
      body,
      files,
      exchange,
      visibleTo: ephemeral ? exchange.member : undefined,
      repliesTo: isFirst ? undefined : to,
      extraFlags,
      ...(isFirst ? { type: exchange.name.startsWith("/") ? 20 : 23 } : {}),
    });
  }

  #refuseFaulty(body: Raw, files: StoredFile[], flagsBefore: number | undefined, path?: string): void {
    const before = flagsBefore === undefined ? {} : { flagsBefore };
    const problems = messageProblems({ body, files, interaction: true, ...before });
    if (problems.length === 0) return;
    throw invalidForm(path ? problems.map((found) => ({ ...found, path: [path, ...found.path] })) : problems);
  }

  #callbackShape(exchange: Exchange, type: number): Raw {
    const message = type === 7 ? exchange.source : exchange.original;
    const created = type === 4 || type === 5;
    return {
      interaction: {
        id: exchange.id,
        type: interactionTypes[exchange.kind],
        channel_id: exchange.channel.id,
        guild_id: exchange.channel.server.id,
        ...(message
          ? {
              response_message_id: message.id,
              response_message_loading: message.loading,
              response_message_ephemeral: message.ephemeral,
            }
          : {}),
      },
      ...(message && (created || type === 7)
        ? { resource: { type: created ? 4 : 7, message: messageShape(message) } }
        : {}),
    };
  }
}

/** Nothing can be written to or changed in an archived thread until it is opened again. */
export function refuseClosedThread(channel: Channel): void {
  if (!channel.isThread) return;
  if (channel.locked && !channel.botMay("ManageThreads")) throw worldRefuses(403, 160005, "This thread is locked");
  if (channel.archived) throw worldRefuses(400, 50083, "Thread is archived");
}

function unknownInteraction(blame: "bot" | "world"): Refusal {
  return new Refusal({ status: 404, code: 10062, message: "Unknown interaction", blame });
}

function unknownWebhook(blame: "bot" | "world"): Refusal {
  return new Refusal({ status: 404, code: 10015, message: "Unknown Webhook", blame });
}
