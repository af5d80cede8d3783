import type { Server as HttpServer } from "node:http";
import type { RegisteredCommand } from "./command-book.ts";
import type { Exchange } from "./exchange.ts";
import type { Faults } from "./faults.ts";
import type { Gateway } from "./gateway.ts";
import { Server, type ServerOptions } from "./guild.ts";
import type { LoggedRequest, RestApi } from "./http.ts";
import type { Message } from "./message.ts";
import { concludePoll } from "./polls.ts";
import type { Violation, Violations } from "./violations.ts";
import { Intent, type StoredFile, type User, type World } from "./world.ts";

/** A small, strict Discord on 127.0.0.1. */
export class DiscordSandbox {
  readonly token: string;
  readonly faults: Faults;
  readonly #http: HttpServer;
  readonly #world: World;
  readonly #gateway: Gateway;
  readonly #rest: RestApi;
  readonly #violations: Violations;

  constructor(parts: {
    token: string;
    http: HttpServer;
    world: World;
    gateway: Gateway;
    rest: RestApi;
    violations: Violations;
  }) {
    this.token = parts.token;
    this.faults = parts.world.faults;
    this.#http = parts.http;
    this.#world = parts.world;
    this.#gateway = parts.gateway;
    this.#rest = parts.rest;
    this.#violations = parts.violations;
  }

  /** What DISCORD_API_URL is set to: http://127.0.0.1:PORT/api */
  get apiUrl(): string {
    return `${this.#world.origin}/api`;
  }

  get gatewayUrl(): string {
    return this.#gateway.url;
  }

  get applicationId(): string {
    return this.#world.applicationId;
  }

  get botUser(): User {
    return this.#world.bot;
  }

  get servers(): Server[] {
    return [...this.#world.servers.values()];
  }

  /** Makes a server with the bot in it; a connected bot receives GUILD_CREATE. */
  addServer(options: ServerOptions | string): Server {
    const server = new Server(this.#world, typeof options === "string" ? { name: options } : options);
    this.#world.servers.set(server.id, server);
    this.#world.dispatch("GUILD_CREATE", server.createPayload(), Intent.Guilds);
    return server;
  }

  /** The bot is removed from a server: GUILD_DELETE. */
  removeServer(server: Server): void {
    this.#world.servers.delete(server.id);
    this.#world.formerServers.push(server);
    this.#world.dispatch("GUILD_DELETE", { id: server.id }, Intent.Guilds);
  }

  /** Commands as registered: global ones, or those of one server. */
  commands(server?: Server): RegisteredCommand[] {
    return this.#world.commands.list(server?.id);
  }

  /** How often the bot has written commands. */
  get commandWrites(): number {
    return this.#world.commands.writes;
  }

  /** Resolves when a slash command can be typed. */
  async waitForCommand(name: string, timeoutMs = 10_000): Promise<void> {
    const { commands, servers, changes } = this.#world;
    const registered = () =>
      commands.list().some((one) => one.name === name) ||
      [...servers.keys()].some((id) => commands.list(id).some((one) => one.name === name));
    await changes.until(registered, timeoutMs, () => `the command /${name}`);
  }

  /** Whether a bot is connected to the gateway. */
  get connected(): boolean {
    return this.#gateway.connected;
  }

  /** Resolves when a bot is connected and has a session. */
  async waitForBot(timeoutMs = 10_000): Promise<void> {
    await this.#world.changes.until(
      () => this.connected,
      timeoutMs,
      () => "the bot to connect",
    );
  }

  /** Resolves when no bot is connected any more. */
  async waitForBotToLeave(timeoutMs = 10_000): Promise<void> {
    await this.#world.changes.until(
      () => !this.connected,
      timeoutMs,
      () => "the bot to leave",
    );
  }

  /** Resolves when `look` returns something truthy, looking after every change. */
  waitUntil<T>(look: () => T | undefined | null | false, timeoutMs = 5000, what = "a change"): Promise<T> {
    return this.#world.changes.until(look, timeoutMs, () => what);
  }

  /** Calls `listener` after every change of this Discord, until the returned function is called. */
  onChange(listener: () => void): () => void {
    return this.#world.changes.listen(listener);
  }

  /** A file that was uploaded, by the path of its link. */
  file(path: string): StoredFile | undefined {
    return this.#world.files.get(path);
  }

  /** How often bots have identified and resumed. */
  get sessions(): { identifies: number; resumes: number; connected: number } {
    const { identifies, resumes, sessionCount } = this.#gateway;
    return { identifies, resumes, connected: sessionCount };
  }

  /** Cuts the gateway connection; the bot may resume unless `resumable` is false. */
  dropGateway(options: { resumable?: boolean } = {}): void {
    this.#gateway.drop(options);
  }

  /** Op 7: asks the bot to reconnect. */
  requestReconnect(): void {
    this.#gateway.requestReconnect();
  }

  /** Op 9: the session is invalid. */
  invalidateSession(options: { resumable?: boolean } = {}): void {
    this.#gateway.invalidateSession(options);
  }

  /** Discord counts a poll that is over: MESSAGE_UPDATE, and a message with the result. It may do so late, or never. */
  concludePoll(message: Message): void {
    concludePoll(message);
  }

  /** Every file uploaded so far is gone, as when their messages are deleted. */
  loseFiles(): void {
    this.#world.files.clear();
  }

  /** What the bot did that Discord would refuse because of the bot. */
  get violations(): Violation[] {
    return this.#violations.list;
  }

  expectNoViolations(): void {
    this.#violations.expectNone();
  }

  /** Every interaction so far, oldest first. */
  get exchanges(): Exchange[] {
    return this.#world.interactions.all;
  }

  /** Every REST request, the last 10,000. */
  get requests(): LoggedRequest[] {
    return this.#rest.requests;
  }

  async stop(): Promise<void> {
    await this.#gateway.stop();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }
}
