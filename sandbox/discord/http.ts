import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";
import { type RateLimits, tooMany } from "./rate-limits.ts";
import { botErred, Refusal, worldRefuses } from "./refusal.ts";
import { readBody } from "./request-body.ts";
import { type Answer, asObject, type Route, type RouteContext, refuseProblems } from "./route.ts";
import { problemsByTheSpec } from "./spec.ts";
import type { Violations } from "./violations.ts";
import { isRaw, type Raw } from "./wire.ts";
import type { World } from "./world.ts";

const MAX_LOGGED = 10_000;

export interface LoggedRequest {
  atMs: number;
  method: string;
  /** The route's pattern, or the real path where no route matches. */
  route: string;
  path: string;
  body: unknown;
  files: number;
  /** 0 while the request is under way or if its answer was lost. */
  status: number;
  /** Discord's error code of a refusal. */
  code?: number;
  /** The fault that hit it. */
  fault?: string;
}

interface Compiled extends Route {
  match: RegExp;
  names: string[];
}

/** The REST side of Discord. */
export class RestApi {
  readonly requests: LoggedRequest[] = [];
  readonly #world: World;
  readonly #token: string;
  readonly #limits: RateLimits;
  readonly #violations: Violations;
  readonly #routes: Compiled[];

  constructor(world: World, token: string, routes: Route[], limits: RateLimits, violations: Violations) {
    this.#world = world;
    this.#token = token;
    this.#limits = limits;
    this.#violations = violations;
    this.#routes = routes.map(compile).sort((a, b) => a.names.length - b.names.length);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.#world.origin);
    if (request.method === "GET" && /^\/(ephemeral-)?attachments\//.test(url.pathname))
      return this.#sendFile(url, response);
    const method = request.method ?? "GET";
    const path = url.pathname.replace(/^\/api\/v10/, "");
    const found = this.#find(method, path);
    const logged: LoggedRequest = {
      atMs: this.#world.now(),
      method,
      route: found?.route.pattern ?? url.pathname,
      path,
      body: undefined,
      files: 0,
      status: 0,
    };
    this.requests.push(logged);
    if (this.requests.length > MAX_LOGGED) this.requests.shift();
    const faults = found ? this.#world.faults.take(method, found.route.pattern, path) : [];
    if (faults.length > 0) logged.fault = faults.map((fault) => fault.kind).join(", ");
    const headers: Record<string, string> = {};
    try {
      if (!found || !url.pathname.startsWith("/api/v10/")) throw botErred(404, 0, "404: Not Found");
      const exchange = this.#exchangeOf(found);
      if (exchange && faults.length > 0) exchange.excused = true;
      const done = exchange?.busy();
      try {
        const answer = await this.#carryOut(found, faults, request, url, logged, headers);
        logged.status = answer.status;
        if (faults.some((fault) => fault.kind === "reset-after")) throw new ConnectionBroken();
        send(response, answer, headers);
      } finally {
        done?.();
        this.#world.changes.announce();
      }
    } catch (error) {
      this.#fail(error, logged, request, response, headers);
    }
    this.#world.watch({ kind: "request", request: logged });
  }

  async #carryOut(
    found: { route: Compiled; params: Map<string, string> },
    faults: Fault[],
    request: IncomingMessage,
    url: URL,
    logged: LoggedRequest,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const { route, params } = found;
    for (const fault of faults) await befall(fault);
    this.#authorise(route, request);
    const major = params.get("webhook_token") ?? params.get("channel_id") ?? params.get("guild_id") ?? "";
    Object.assign(headers, this.#limits.count(`${route.method} ${route.pattern}`, major, route.interaction === true));
    const { json, files } = await readBody(request);
    logged.body = json;
    logged.files = files.length;
    const context: RouteContext = {
      world: this.#world,
      param: (name) => params.get(name) ?? "",
      query: url.searchParams,
      json,
      body: asObject(json),
      files,
    };
    checkRequest(route, context);
    const answer = await route.handle(context);
    checkResponse(route, answer);
    return answer;
  }

  #authorise(route: Route, request: IncomingMessage): void {
    const { authorization } = request.headers;
    if (!route.interaction) {
      if (authorization !== `Bot ${this.#token}`) throw botErred(401, 0, "401: Unauthorized");
    } else if (authorization !== undefined) {
      const explanation = "Calls of interactions carry no authorization: the token in the path is enough.";
      this.#violations.add({ method: route.method, route: route.pattern, code: 0, explanation });
    }
  }

  #fail(
    error: unknown,
    logged: LoggedRequest,
    request: IncomingMessage,
    response: ServerResponse,
    headers: Record<string, string>,
  ): void {
    if (error instanceof ConnectionBroken) {
      logged.status = 0;
      request.socket.destroy();
      return;
    }
    const refusal = error instanceof Refusal ? error : sandboxDefect(error);
    logged.status = refusal.status;
    logged.code = refusal.code;
    if (refusal.blame === "bot" || refusal.code === 30046) {
      const { method, route, body } = logged;
      const explanation =
        refusal.code === 0 && refusal.status === 404 ? `${route} is no known route` : refusal.explain();
      this.#violations.add({ method, route, code: refusal.code, explanation, body });
    }
    send(response, { status: refusal.status, body: refusal.body() }, { ...headers, ...refusal.headers });
  }

  #exchangeOf(found: { route: Compiled; params: Map<string, string> }) {
    const key = found.params.get("interaction_id") ?? found.params.get("webhook_token");
    return found.route.interaction && key ? this.#world.interactions.find(key) : undefined;
  }

  #find(method: string, path: string): { route: Compiled; params: Map<string, string> } | undefined {
    for (const route of this.#routes) {
      const match = route.method === method ? route.match.exec(path) : null;
      if (!match) continue;
      const params = route.names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")] as const);
      return { route, params: new Map(params) };
    }
    return undefined;
  }

  #sendFile(url: URL, response: ServerResponse): void {
    const file = this.#world.files.get(decodeURIComponent(url.pathname));
    const expiry = url.searchParams.get("ex");
    // Without a signature a link was never one.
    const works = expiry !== null && Number.parseInt(expiry, 16) * 1000 >= this.#world.now();
    if (!file || !works) {
      response.writeHead(404, { "content-type": "text/plain" }).end("This content is no longer available.");
      return;
    }
    response.writeHead(200, { "content-type": file.contentType, "content-length": file.bytes.length }).end(file.bytes);
  }
}

class ConnectionBroken extends Error {}

async function befall(fault: Fault): Promise<void> {
  if (fault.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault.kind === "reset-before") throw new ConnectionBroken();
  if (fault.kind === "rate-limit") throw tooMany(fault.retryAfterMs, fault.scope, {});
  if (fault.kind === "server-error") throw worldRefuses(fault.status, 0, `${fault.status}: Internal Server Error`);
}

function checkRequest(route: Route, context: RouteContext): void {
  const name = typeof route.request === "function" ? route.request(context) : route.request;
  if (!name) return;
  if (!route.requestList) {
    const given = isRaw(context.json) ? context.json : {};
    refuseProblems(problemsByTheSpec(name, given));
    return;
  }
  if (!Array.isArray(context.json)) throw botErred(400, 50035, "The body must be a list.");
  context.json.forEach((one, at) => {
    refuseProblems(problemsByTheSpec(name, one).map((found) => ({ ...found, path: [at, ...found.path] })));
  });
}

/** The sandbox keeps to the specification itself, or it says so. */
function checkResponse(route: Route, answer: Answer): void {
  if (answer.body === undefined || !route.response) return;
  const bodies = route.responseList ? (answer.body as Raw[]) : [answer.body as Raw];
  for (const body of bodies) {
    const name = typeof route.response === "function" ? route.response(body) : route.response;
    const problems = name ? problemsByTheSpec(name, body) : [];
    if (problems.length > 0) {
      const list = problems.map((one) => `${one.path.join(".")}: ${one.message}`).join("; ");
      throw new Error(`its answer is no ${name}: ${list}`);
    }
  }
}

/** A mistake of the sandbox itself: reported like a violation, so that no test passes over it. */
function sandboxDefect(error: unknown): Refusal {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Refusal({ status: 500, code: 0, message: `The sandbox itself is wrong: ${reason}`, blame: "bot" });
}

function compile(route: Route): Compiled {
  const names = [...route.pattern.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  return { ...route, names, match: new RegExp(`^${route.pattern.replaceAll(/\{\w+\}/g, "([^/]+)")}$`) };
}

function send(response: ServerResponse, answer: Answer, headers: Record<string, string>): void {
  if (answer.body === undefined) {
    response.writeHead(answer.status, headers).end();
    return;
  }
  response
    .writeHead(answer.status, { ...headers, "content-type": "application/json" })
    .end(JSON.stringify(answer.body));
}
