import type { Channel } from "./channel.ts";
import type { Member } from "./member.ts";
import type { Message } from "./message.ts";
import { userShape } from "./shapes.ts";
import { allComponents, type Raw, text } from "./wire.ts";

const FIRST_RESPONSE_MS = 3000;
const TOKEN_LIFETIME_MS = 15 * 60_000;
const DEFAULT_WAIT_MS = 5000;
const QUIET_MS = 50;

/** Kinds of interactions and their numbers on the wire. */
export const interactionTypes = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
export type ExchangeKind = keyof typeof interactionTypes;
export type Answer = "message" | "deferred" | "update" | "deferred-update" | "modal" | "choices";
export type Choice = { name: string; value: string | number };

/** A modal as a member sees it. */
export interface ShownModal {
  exchange: Exchange;
  customId: string;
  title: string;
  fields: ModalField[];
  /** The rows as the bot sent them. */
  rows: Raw[];
}

export interface ModalField {
  customId: string;
  label: string;
  required: boolean;
  placeholder: string;
  value: string;
  component: Raw;
}

interface Beginning {
  id: string;
  token: string;
  kind: ExchangeKind;
  member: Member;
  channel: Channel;
  /** The message whose component was used, or on which the modal was opened. */
  source?: Message | undefined;
  /** For a modal: the exchange that opened it. */
  opener?: Exchange | undefined;
  name?: string;
}

/** One interaction and all the bot answers to it: what `member.command(…)` and its like give back. */
export class Exchange {
  readonly id: string;
  readonly token: string;
  readonly kind: ExchangeKind;
  readonly member: Member;
  readonly channel: Channel;
  readonly source: Message | undefined;
  readonly opener: Exchange | undefined;
  /** What was typed or pressed, for transcripts: "/guess", or a custom id. */
  readonly name: string;
  payload: Raw = {};
  answer: Answer | undefined;
  original: Message | undefined;
  choices: Choice[] | undefined;
  modalData: Raw | undefined;
  /** How often it was sent to the bot. */
  deliveries = 0;
  /** A fault took an answer away or held it up: late and double answers are then not the bot's mistake. */
  excused = false;
  readonly followUpMessages: Message[] = [];
  #forgotten = false;
  #acknowledgedAfterMs: number | undefined;
  #begunAtMs = performance.now();
  #lastActivityMs = performance.now();
  #inFlight = 0;
  #sourceEditsAtStart: number;

  constructor(beginning: Beginning) {
    this.id = beginning.id;
    this.token = beginning.token;
    this.kind = beginning.kind;
    this.member = beginning.member;
    this.channel = beginning.channel;
    this.source = beginning.source;
    this.opener = beginning.opener;
    this.name = beginning.name ?? "";
    this.#sourceEditsAtStart = this.source?.edits.length ?? 0;
  }

  /** Real milliseconds until the first response, or undefined while there is none. */
  get acknowledgedAfterMs(): number | undefined {
    return this.#acknowledgedAfterMs;
  }

  get acknowledged(): boolean {
    return this.answer !== undefined;
  }

  /** Whether the bot asked for more time first. */
  get deferred(): boolean {
    return this.answer === "deferred" || this.answer === "deferred-update";
  }

  get ageMs(): number {
    return performance.now() - this.#begunAtMs;
  }

  /** No first response came within 3 s: the member reads "The application did not respond". */
  get failed(): boolean {
    return !this.acknowledged && this.ageMs > FIRST_RESPONSE_MS;
  }

  get tokenExpired(): boolean {
    return this.#forgotten || this.ageMs > TOKEN_LIFETIME_MS;
  }

  /** Its token is no longer known from now on, as it is after a quarter of an hour. */
  forget(): void {
    this.#forgotten = true;
    this.excused = true;
  }

  /** The message the bot answered with, once it shows something. Rejects when there is none to come. */
  reply(timeoutMs = DEFAULT_WAIT_MS): Promise<Message> {
    return this.#until(() => this.#shownReply(), timeoutMs, "a reply");
  }

  /** The modal the bot opened. */
  modal(timeoutMs = DEFAULT_WAIT_MS): Promise<ShownModal> {
    return this.#until(
      () => {
        if (this.answer && this.answer !== "modal")
          throw new Error(`${this.#title} was answered with: ${this.answer}.`);
        return this.modalData && shownModal(this, this.modalData);
      },
      timeoutMs,
      "a modal",
    );
  }

  /** The choices the bot offered (autocomplete). */
  offered(timeoutMs = DEFAULT_WAIT_MS): Promise<Choice[]> {
    return this.#until(() => this.choices, timeoutMs, "choices");
  }

  /** Further messages sent through the interaction, oldest first. */
  followUps(): Message[] {
    return this.followUpMessages.filter((message) => !message.deleted);
  }

  /** The follow-up message at a place (the first by default), once it is there. */
  followUp(at = 0, timeoutMs = DEFAULT_WAIT_MS): Promise<Message> {
    return this.#until(() => this.followUps()[at], timeoutMs, "a follow-up");
  }

  /** Resolves when the bot has answered, shows nothing as loading, and has been quiet for a moment. */
  async settled(timeoutMs = DEFAULT_WAIT_MS): Promise<this> {
    const done = () =>
      this.acknowledged &&
      !this.original?.loading &&
      this.#inFlight === 0 &&
      performance.now() - this.#lastActivityMs > QUIET_MS;
    return this.#until(() => (done() ? this : undefined), timeoutMs, "the end of it");
  }

  /** Sends the same interaction to the bot once more: same id, same token. */
  deliverAgain(): void {
    this.channel.server.world.interactions.deliver(this);
  }

  /** Lets the 3 s for the first response pass without waiting for them. */
  letFirstResponseExpire(): void {
    this.#begunAtMs -= FIRST_RESPONSE_MS + 1;
  }

  /** Lets the 15 min of the token pass without waiting for them. */
  letTokenExpire(): void {
    this.#begunAtMs -= TOKEN_LIFETIME_MS + 1;
  }

  /** What `interaction_metadata` of its messages says. */
  metadata(): Raw {
    return {
      id: this.id,
      type: interactionTypes[this.kind],
      user: userShape(this.member.user),
      authorizing_integration_owners: { "0": this.channel.server.id },
      ...(this.kind === "component" && this.source ? { interacted_message_id: this.source.id } : {}),
      ...(this.kind === "modal" && this.opener ? { triggering_interaction_metadata: this.opener.metadata() } : {}),
    };
  }

  acknowledge(answer: Answer): void {
    this.answer = answer;
    this.#acknowledgedAfterMs = this.ageMs;
  }

  /** Notes the beginning of a request that uses its id or token; the returned function notes the end. */
  busy(): () => void {
    this.#inFlight++;
    return () => {
      this.#inFlight--;
      this.#lastActivityMs = performance.now();
    };
  }

  get #title(): string {
    return `${this.member.name}'s ${this.kind} ${this.name}`;
  }

  #shownReply(): Message | undefined {
    if (this.answer === "modal") throw new Error(`${this.#title} was answered with a modal: use modal().`);
    if (this.answer === "update") return this.source;
    if (this.answer === "deferred-update") {
      const changed = this.source && this.source.edits.length > this.#sourceEditsAtStart;
      return changed ? this.source : this.followUps()[0];
    }
    if (!this.original || (this.original.loading && !this.original.deleted)) return undefined;
    if (!this.original.deleted) return this.original;
    const next = this.followUps()[0];
    if (!next) throw new Error(`The reply to ${this.#title} was deleted.`);
    return next;
  }

  #until<T>(look: () => T | undefined, timeoutMs: number, what: string): Promise<T> {
    const { changes } = this.channel.server.world;
    const lookOrFail = () => {
      if (this.failed) throw new Error(`${this.#title}: "The application did not respond" within 3 s.`);
      return look();
    };
    return changes.until(
      lookOrFail,
      timeoutMs,
      () => `${what} to ${this.#title} (so far: ${this.answer ?? "nothing"})`,
    );
  }
}

function shownModal(exchange: Exchange, data: Raw): ShownModal {
  const rows = (data.components ?? []) as Raw[];
  const fields = rows.flatMap((row) =>
    allComponents([row])
      .filter((part) => typeof part.custom_id === "string")
      .map((part) => ({
        customId: text(part.custom_id),
        label: text(part.label) || text(row.label),
        required: part.required !== false,
        placeholder: text(part.placeholder),
        value: text(part.value),
        component: part,
      })),
  );
  return { exchange, customId: text(data.custom_id), title: text(data.title), fields, rows };
}
