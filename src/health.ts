import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** What /readyz asks, each answering for a part the bot cannot work without. */
export type HealthChecks = {
  readonly discord: () => boolean;
  /** Rejects if the database does not answer. */
  readonly database: () => Promise<unknown>;
};

export type Metrics = {
  readonly registry: Registry;
  readonly interactions: Counter<"kind" | "command">;
  readonly rateLimits: Counter<"scope">;
};

/** Numbers for Prometheus. `servers` is asked when somebody reads them. */
export function createMetrics(asked: { servers: () => number; gatewayPingMs: () => number }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: "unmask_servers",
    help: "Discord servers the bot is in",
    registers,
    collect() {
      this.set(asked.servers());
    },
  });
  new Gauge({
    name: "unmask_gateway_ping_seconds",
    help: "Last heartbeat's round trip to Discord; -1 before the first",
    registers,
    collect() {
      const pingMs = asked.gatewayPingMs();
      this.set(pingMs >= 0 ? pingMs / 1_000 : -1);
    },
  });
  return {
    registry,
    interactions: new Counter({
      name: "unmask_interactions_total",
      help: "Interactions received, by kind, and of commands by name",
      labelNames: ["kind", "command"],
      registers,
    }),
    rateLimits: new Counter({
      name: "unmask_discord_rate_limits_total",
      help: "Times Discord asked for slower requests",
      labelNames: ["scope"],
      registers,
    }),
  };
}

/** The port cannot be listened on. The message is one line for the host. */
export class HealthPortRefused extends Error {
  override name = "HealthPortRefused";
}

export type HealthServer = { readonly port: number; close(): Promise<void> };

/**
 * Serves /healthz (the process answers), /readyz (so do Discord and the database; 503 names what lacks) and /metrics.
 * On all interfaces, because a container's probes come from outside it; there is nothing secret to read and nothing to
 * write, and without HEALTH_PORT there is no server.
 * @param port 0 takes any free one
 * @throws HealthPortRefused if the port is taken or not for us
 */
export async function startHealth(
  port: number,
  { checks, registry, patienceMs = 2_000 }: { checks: HealthChecks; registry: Registry; patienceMs?: number },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?", 1)[0];
    const answer = path === "/healthz" ? alive : path === "/readyz" ? ready : path === "/metrics" ? metrics : nowhere;
    if (request.method !== "GET" && request.method !== "HEAD") send(response, 405, "only GET\n");
    else answer(response).catch(() => send(response, 500, "failed\n"));
  });

  async function alive(response: ServerResponse): Promise<void> {
    send(response, 200, "alive\n");
  }
  async function nowhere(response: ServerResponse): Promise<void> {
    send(response, 404, "/healthz, /readyz, /metrics\n");
  }
  async function ready(response: ServerResponse): Promise<void> {
    const lacks = [
      ...(checks.discord() ? [] : ["discord"]),
      ...((await answersWithin(patienceMs, checks.database)) ? [] : ["database"]),
    ];
    send(response, lacks.length === 0 ? 200 : 503, lacks.length === 0 ? "ready\n" : `not ready: ${lacks.join(", ")}\n`);
  }
  async function metrics(response: ServerResponse): Promise<void> {
    send(response, 200, await registry.metrics(), registry.contentType);
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new HealthPortRefused(
          `HEALTH_PORT holds "${port}"; it should be a port this machine lets us listen on (${error.code})`,
        ),
      ),
    );
    server.listen(port, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, text: string, type = "text/plain; charset=utf-8"): void {
  if (response.headersSent) return;
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(text);
}

async function answersWithin(patienceMs: number, ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  try {
    return await Promise.race([ask().then(() => true), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
