import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { Close, Op } from "./gateway-codes.ts";
import { userShape } from "./shapes.ts";
import type { Violations } from "./violations.ts";
import { isRaw, type Raw } from "./wire.ts";
import type { World } from "./world.ts";

const MAX_KEPT_EVENTS = 5000;
/** How long a session without a connection can be resumed, in real time. */
const RESUMABLE_MS = 120_000;
const MAX_SENDS_PER_MINUTE = 120;

interface Session {
  id: string;
  intents: number;
  sequence: number;
  /** Events for a later RESUME, newest last. */
  sent: { sequence: number; packet: string }[];
  socket: WebSocket | undefined;
  disconnectedAtMs?: number;
}

export interface GatewayOptions {
  token: string;
  allowedIntents: number;
  heartbeatIntervalMs: number;
}

/** The websocket side of Discord: sessions, heartbeats, events, resuming. */
export class Gateway {
  readonly #world: World;
  readonly #options: GatewayOptions;
  readonly #violations: Violations;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();
  #url = "";
  /** How often a bot has identified or resumed, for tests about reconnecting. */
  identifies = 0;
  resumes = 0;

  constructor(world: World, options: GatewayOptions, violations: Violations) {
    this.#world = world;
    this.#options = options;
    this.#violations = violations;
  }

  listen(url: string): void {
    this.#url = url;
  }

  get url(): string {
    return this.#url;
  }

  /** Whether a bot is connected and has a session. */
  get connected(): boolean {
    return [...this.#sessions.values()].some((session) => session.socket !== undefined);
  }

  get sessionCount(): number {
    return [...this.#sessions.values()].filter((session) => session.socket).length;
  }

  get awaitsResume(): boolean {
    return !this.connected && this.#sessions.size > 0;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#world.faults.gatewayIsDown) {
      socket.destroy();
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => this.#greet(client, request));
  }

  /** Sends an event to every session with the intent, and keeps it for those that will resume. */
  dispatch(event: string, data: object, intent?: number): void {
    for (const { id, socket, disconnectedAtMs } of [...this.#sessions.values()]) {
      if (!socket && performance.now() - (disconnectedAtMs ?? 0) > RESUMABLE_MS) this.#sessions.delete(id);
    }
    const sessions = [...this.#sessions.values()].filter((session) => !intent || session.intents & intent);
    const times = this.#world.faults.duplicateEvents === event ? 2 : 1;
    for (const session of sessions) for (let i = 0; i < times; i++) this.#send(session, event, data);
  }

  /** Cuts all connections without a word. Sessions that are not `resumable` are forgotten. */
  drop(options: { resumable?: boolean } = {}): void {
    for (const session of [...this.#sessions.values()]) {
      if (options.resumable === false) this.#sessions.delete(session.id);
      session.socket?.terminate();
      session.socket = undefined;
      session.disconnectedAtMs = performance.now();
    }
    this.#world.changes.announce();
  }

  /** Op 7: asks the bot to reconnect and resume. */
  requestReconnect(): void {
    for (const session of this.#sessions.values()) session.socket?.send(JSON.stringify({ op: Op.Reconnect, d: null }));
  }

  /** Op 9: tells the bot that its session is invalid, and whether it can be resumed all the same. */
  invalidateSession(options: { resumable?: boolean } = {}): void {
    const resumable = options.resumable ?? false;
    for (const session of [...this.#sessions.values()]) {
      session.socket?.send(JSON.stringify({ op: Op.InvalidSession, d: resumable }));
      if (!resumable) this.#sessions.delete(session.id);
    }
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sessions.clear();
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
  }

  #greet(client: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? "/", "ws://127.0.0.1").searchParams;
    let session: Session | undefined;
    let sends: number[] = [];
    const close = (code: number, why: string) => {
      this.#violations.add({ method: "GATEWAY", route: "gateway", code, explanation: why });
      client.close(code, why.slice(0, 120));
    };
    if (query.get("v") !== "10" || query.get("encoding") !== "json") {
      close(
        Close.InvalidVersion,
        `Gateway version ${query.get("v")} in ${query.get("encoding")} instead of 10 in json.`,
      );
      return;
    }
    client.on("error", () => {});
    client.on("close", () => {
      if (session?.socket === client) {
        session.socket = undefined;
        session.disconnectedAtMs = performance.now();
      }
      this.#world.changes.announce();
    });
    client.on("message", (bytes) => {
      const now = performance.now();
      sends = [...sends.filter((at) => now - at < 60_000), now];
      if (sends.length > MAX_SENDS_PER_MINUTE)
        return close(Close.RateLimited, "More than 120 gateway events in a minute.");
      const packet = parse(String(bytes));
      if (!packet) return close(Close.Decode, "Not a JSON object.");
      const { op, d } = packet;
      if (op === Op.Heartbeat) {
        client.send(JSON.stringify({ op: Op.HeartbeatAck }));
      } else if (op === Op.Identify || op === Op.Resume) {
        if (session) return close(Close.AlreadyAuthenticated, "Identified twice on one connection.");
        const data = isRaw(d) ? d : {};
        session = op === Op.Identify ? this.#identify(client, data, close) : this.#resume(client, data, close);
      } else if (op !== Op.PresenceUpdate && op !== Op.VoiceStateUpdate && op !== Op.RequestMembers) {
        close(Close.UnknownOp, `Unknown gateway op ${String(op)}.`);
      } else if (!session) {
        close(Close.NotAuthenticated, `Op ${op} before identifying.`);
      }
    });
    client.send(JSON.stringify({ op: Op.Hello, d: { heartbeat_interval: this.#options.heartbeatIntervalMs } }));
  }

  #identify(client: WebSocket, data: Raw, close: (code: number, why: string) => void): Session | undefined {
    const { token, intents, properties, shard } = data;
    if (!this.#isToken(token)) {
      close(Close.AuthenticationFailed, "Identified with an unknown token.");
      return undefined;
    }
    if (typeof intents !== "number" || !isRaw(properties)) {
      close(Close.InvalidIntents, "IDENTIFY needs intents and properties.");
      return undefined;
    }
    if (intents & ~this.#options.allowedIntents) {
      close(Close.DisallowedIntents, `Intents ${intents} go beyond the allowed ${this.#options.allowedIntents}.`);
      return undefined;
    }
    if (Array.isArray(shard) && (shard[0] !== 0 || shard[1] !== 1)) {
      close(Close.InvalidShard, "The sandbox has one shard.");
      return undefined;
    }
    const session: Session = { id: randomBytes(16).toString("hex"), intents, sequence: 0, sent: [], socket: client };
    this.#sessions.set(session.id, session);
    this.identifies++;
    const servers = [...this.#world.servers.values()];
    this.#send(session, "READY", {
      v: 10,
      user: { ...userShape(this.#world.bot), mfa_enabled: false, verified: true, email: null },
      guilds: servers.map((server) => ({ id: server.id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.#url,
      session_type: "normal",
      shard: [0, 1],
      application: { id: this.#world.applicationId, flags: 0 },
    });
    for (const server of servers) this.#send(session, "GUILD_CREATE", server.createPayload());
    this.#world.changes.announce();
    return session;
  }

  #resume(client: WebSocket, data: Raw, close: (code: number, why: string) => void): Session | undefined {
    if (!this.#isToken(data.token)) {
      close(Close.AuthenticationFailed, "Resumed with an unknown token.");
      return undefined;
    }
    const session = this.#sessions.get(String(data.session_id));
    const sequence = Number(data.seq);
    if (!session) {
      client.send(JSON.stringify({ op: Op.InvalidSession, d: false }));
      return undefined;
    }
    if (sequence > session.sequence) {
      close(Close.InvalidSequence, `Resumed from ${sequence}, which has not been sent.`);
      return undefined;
    }
    session.socket = client;
    this.resumes++;
    for (const event of session.sent) if (event.sequence > sequence) client.send(event.packet);
    this.#send(session, "RESUMED", {});
    this.#world.changes.announce();
    return session;
  }

  #send(session: Session, event: string, data: object): void {
    const sequence = ++session.sequence;
    const packet = JSON.stringify({ op: Op.Dispatch, s: sequence, t: event, d: data });
    session.sent.push({ sequence, packet });
    if (session.sent.length > MAX_KEPT_EVENTS) session.sent.shift();
    // A session that may come back gets it later.
    if (session.socket) this.#world.watch({ kind: "event", event, data });
    const delayMs = this.#world.faults.dispatchDelayMs(event);
    if (delayMs > 0) setTimeout(() => session.socket?.send(packet), delayMs).unref();
    else session.socket?.send(packet);
  }

  #isToken(token: unknown): boolean {
    return typeof token === "string" && token.replace(/^Bot /, "") === this.#options.token;
  }
}

function parse(words: string): Raw | undefined {
  try {
    const packet: unknown = JSON.parse(words);
    return isRaw(packet) ? packet : undefined;
  } catch {
    return undefined;
  }
}
