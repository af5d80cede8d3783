import { afterEach, describe, expect, it } from "vitest";
import { createMetrics, type HealthChecks, HealthPortRefused, type HealthServer, startHealth } from "../src/health.ts";

let server: HealthServer | undefined;
afterEach(() => server?.close());

const fine: HealthChecks = { discord: () => true, database: async () => "now" };

async function serve(checks: HealthChecks = fine) {
  const metrics = createMetrics({ servers: () => 3, gatewayPingMs: () => 42 });
  server = await startHealth(0, { checks, registry: metrics.registry, patienceMs: 50 });
  const { port } = server;
  return {
    metrics,
    port,
    async ask(path: string, method = "GET") {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      return { status: response.status, text: await response.text() };
    },
  };
}

describe("whoever watches over the bot", () => {
  it("learns that it is alive, even when nothing it needs is there", async () => {
    const { ask } = await serve({ discord: () => false, database: () => Promise.reject(new Error("gone")) });
    expect(await ask("/healthz")).toEqual({ status: 200, text: "alive\n" });
  });

  it("learns that it is ready", async () => {
    const { ask } = await serve();
    expect(await ask("/readyz?verbose")).toEqual({ status: 200, text: "ready\n" });
  });

  it.each<[string, HealthChecks, string]>([
    ["Discord", { ...fine, discord: () => false }, "not ready: discord\n"],
    ["the database", { ...fine, database: () => Promise.reject(new Error("gone")) }, "not ready: database\n"],
    ["a database that never answers", { ...fine, database: () => new Promise(() => {}) }, "not ready: database\n"],
    [
      "both",
      { discord: () => false, database: () => Promise.reject(new Error("gone")) },
      "not ready: discord, database\n",
    ],
  ])("learns what is missing: %s", async (_, checks, text) => {
    const { ask } = await serve(checks);
    expect(await ask("/readyz")).toEqual({ status: 503, text });
  });

  it("reads its numbers in Prometheus' form", async () => {
    const { ask, metrics } = await serve();
    metrics.interactions.inc({ kind: "ApplicationCommand", command: "guess" });
    metrics.rateLimits.inc({ scope: "user" });
    const { status, text } = await ask("/metrics");
    expect(status).toBe(200);
    expect(text).toContain("unmask_servers 3\n");
    expect(text).toContain("unmask_gateway_ping_seconds 0.042\n");
    expect(text).toContain(`unmask_interactions_total{kind="ApplicationCommand",command="guess"} 1\n`);
    expect(text).toContain(`unmask_discord_rate_limits_total{scope="user"} 1\n`);
    expect(text).toContain("process_resident_memory_bytes");
  });

  it("can change nothing", async () => {
    const { ask } = await serve();
    expect((await ask("/healthz", "POST")).status).toBe(405);
    expect((await ask("/")).status).toBe(404);
  });

  it("is told in one line when the port is taken", async () => {
    const { port } = await serve();
    const { registry } = createMetrics({ servers: () => 0, gatewayPingMs: () => Number.NaN });
    const second = startHealth(port, { checks: fine, registry });
    await expect(second).rejects.toThrow(HealthPortRefused);
    await expect(second).rejects.toThrow(
      `HEALTH_PORT holds "${port}"; it should be a port this machine lets us listen on`,
    );
  });
});
