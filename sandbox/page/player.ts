import { act, listen } from "./link.ts";
import { Mirror } from "./mirror.ts";
import type { Actor, Acts, ChannelEntry, CommandEntry, Outcome } from "./protocol.ts";

const remembered = "playground";
type Memory = { serverId?: string; as: Record<string, string>; channel: Record<string, string> };

/** The visitor: who they are, where they are, and what they do there. */
export class Player {
  readonly mirror = new Mirror();
  /** Called when another channel is shown, or with other eyes. */
  onMove: () => void = () => {};
  onConnected: (isConnected: boolean) => void = () => {};
  #memory: Memory = recall();
  #hangUp: () => void = () => {};
  #channelId: string | null = null;
  /** Server, member and channel as last shown. */
  #place = "";

  constructor() {
    this.mirror.on("here", () => this.#settle());
    this.mirror.on("messages", () => this.#settle());
    this.#listen();
  }

  get actor(): Actor {
    const { here } = this.mirror;
    return { serverId: here?.id ?? "", as: here?.viewerId ?? "" };
  }

  get channel(): ChannelEntry | undefined {
    return this.mirror.here?.channels.find(({ id }) => id === this.#channelId);
  }

  /** Goes to another server, as the member last chosen there. */
  goToServer(serverId: string): void {
    this.#memory.serverId = serverId;
    this.#listen();
  }

  /** Sees with somebody else's eyes from now on. */
  be(memberId: string): void {
    const { serverId } = this.actor;
    this.#memory.serverId = serverId;
    this.#memory.as[serverId] = memberId;
    this.#listen();
  }

  goToChannel(channelId: string): void {
    this.#memory.channel[this.actor.serverId] = channelId;
    this.#remember();
    this.#settle();
  }

  do<Name extends keyof Acts>(name: Name, what: Acts[Name]): Promise<Outcome> {
    return act(this.actor, name, what);
  }

  /** The commands the visitor may use where they are. */
  async commands(): Promise<readonly CommandEntry[]> {
    if (!this.channel) return [];
    const outcome = await this.do("commands", { channelId: this.channel.id });
    return outcome.kind === "commands" ? outcome.commands : [];
  }

  #listen(): void {
    this.#hangUp();
    this.#remember();
    const { serverId, as } = this.#memory;
    const memberId = serverId ? as[serverId] : undefined;
    this.#hangUp = listen(
      { ...(serverId ? { serverId } : {}), ...(memberId ? { as: memberId } : {}) },
      { hear: (tidings) => this.mirror.take(tidings), connected: (isConnected) => this.onConnected(isConnected) },
    );
  }

  /** Finds the channel to show: the one chosen, or where something was said last. */
  #settle(): void {
    const { here } = this.mirror;
    if (!here) return;
    const chosen = here.channels.find(({ id }) => id === this.#memory.channel[here.id]);
    const channelId = (chosen ?? this.#liveliest())?.id ?? null;
    const place = `${here.id} ${here.viewerId} ${channelId}`;
    if (place === this.#place) return;
    this.#place = place;
    this.#channelId = channelId;
    this.onMove();
  }

  #liveliest(): ChannelEntry | undefined {
    const channels = this.mirror.here?.channels.filter(({ isThread }) => !isThread) ?? [];
    const last = (channel: ChannelEntry) => this.mirror.messagesIn(channel.id).at(-1)?.id ?? "";
    return channels.toSorted((a, b) => last(b).length - last(a).length || last(b).localeCompare(last(a)))[0];
  }

  #remember(): void {
    sessionStorage.setItem(remembered, JSON.stringify(this.#memory));
  }
}

function recall(): Memory {
  const known: Partial<Memory> = JSON.parse(sessionStorage.getItem(remembered) ?? "{}");
  return { as: {}, channel: {}, ...known };
}
