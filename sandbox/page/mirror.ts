import type { ServerEntry, ServerView, StageView, Tidings, WireEntry, WireMessage } from "./protocol.ts";

const mostWireEntries = 500;

/** What has changed among the messages; all of them at once when the mirror was filled anew. */
export type MessageNews = {
  readonly fresh: readonly WireMessage[];
  readonly gone: readonly string[];
  readonly all: boolean;
};

type Topics = { here: undefined; messages: MessageNews; stage: undefined; wire: readonly WireEntry[] };
type Listener<Topic extends keyof Topics> = (news: Topics[Topic]) => void;

/** Everything the chosen member sees, kept as the playground tells it. */
export class Mirror {
  servers: readonly ServerEntry[] = [];
  here: ServerView | null = null;
  stage: StageView | null = null;
  /** Newest first. */
  wire: WireEntry[] = [];
  readonly messages = new Map<string, WireMessage>();
  #stageAtMs = 0;
  readonly #listeners: { [Topic in keyof Topics]: Set<Listener<Topic>> } = {
    here: new Set(),
    messages: new Set(),
    stage: new Set(),
    wire: new Set(),
  };

  on<Topic extends keyof Topics>(topic: Topic, listener: Listener<Topic>): void {
    this.#listeners[topic].add(listener);
  }

  /** The story's time. */
  now(): Date {
    if (!this.stage) return new Date();
    const since = this.stage.clockRuns ? performance.now() - this.#stageAtMs : 0;
    return new Date(Date.parse(this.stage.now) + since);
  }

  /** Messages of a channel, oldest first. */
  messagesIn(channelId: string): WireMessage[] {
    return [...this.messages.values()].filter((message) => message.channel_id === channelId).sort(byAge);
  }

  /** Hides a message here; who else sees it goes on seeing it. */
  dismiss(id: string): void {
    this.messages.delete(id);
    this.#tell("messages", { fresh: [], gone: [id], all: false });
  }

  take(tidings: Tidings): void {
    switch (tidings.kind) {
      case "everything":
        this.servers = tidings.servers;
        this.here = tidings.here;
        this.#setStage(tidings.stage);
        this.messages.clear();
        for (const message of tidings.messages) this.messages.set(message.id, message);
        this.wire = [...tidings.wire].reverse();
        this.#tell("here", undefined);
        this.#tell("messages", { fresh: tidings.messages, gone: [], all: true });
        this.#tell("stage", undefined);
        this.#tell("wire", tidings.wire);
        return;
      case "here":
        this.here = tidings.here;
        this.#tell("here", undefined);
        return;
      case "messages":
        for (const message of tidings.messages) this.messages.set(message.id, message);
        for (const id of tidings.gone) this.messages.delete(id);
        this.#tell("messages", { fresh: tidings.messages, gone: tidings.gone, all: false });
        return;
      case "stage":
        this.#setStage(tidings.stage);
        this.#tell("stage", undefined);
        return;
      case "wire":
        this.wire = [...[...tidings.entries].reverse(), ...this.wire].slice(0, mostWireEntries);
        this.#tell("wire", tidings.entries);
    }
  }

  #setStage(stage: StageView): void {
    this.stage = stage;
    this.#stageAtMs = performance.now();
  }

  #tell<Topic extends keyof Topics>(topic: Topic, news: Topics[Topic]): void {
    for (const listener of this.#listeners[topic]) listener(news);
  }
}

/** Ids carry the time they were made at: the longer is the later. */
export function byAge(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
