import { Client, RateLimitError, Routes } from "discord.js";
import { describe, expect, it } from "vitest";
import { trafficOf } from "../../src/discord/traffic.ts";
import { aBot } from "../support/delivering.ts";

const route = "GET /gateway/bot";

/** A connected bot, and the client's traffic with Discord. */
async function aLine() {
  const { client, discord } = await aBot();
  return { client, discord, traffic: trafficOf(client), ask: () => client.rest.get(Routes.gatewayBot()) };
}

describe("what goes on between the bot and Discord", () => {
  it("is silence for as long as Discord asks for it, and then a request sent again", async () => {
    const { discord, traffic, ask } = await aLine();
    expect(traffic.silentMs()).toBe(0);
    discord.faults.rateLimit({ route, scope: "global", retryAfterMs: 400, times: 1 });
    const asked = ask();
    await expect.poll(() => traffic.silentMs(), { interval: 5 }).toBeGreaterThan(0);
    expect(traffic.silentMs()).toBeLessThanOrEqual(410);
    const [refused, ...others] = traffic.disturbances();
    expect(others).toEqual([]);
    expect(refused?.repeatedInMs).toBeGreaterThan(0);
    expect(refused?.uncountedMsAgo).toBeGreaterThanOrEqual(0);
    await asked;
    expect(traffic.silentMs()).toBe(0);
    expect(traffic.disturbances()[0]?.repeatedInMs).toBeLessThan(0);
  });

  it("is a request sent again at once where Discord failed, and that it counts", async () => {
    const { discord, traffic, ask } = await aLine();
    discord.faults.serverError({ route, times: 2 });
    await ask();
    expect(traffic.silentMs()).toBe(0);
    expect(traffic.disturbances().map(({ uncountedMsAgo }) => uncountedMsAgo)).toEqual([null, null]);
  });

  it("is nothing where one channel alone is to wait", async () => {
    const { discord, traffic, ask } = await aLine();
    discord.faults.rateLimit({ route, scope: "shared", retryAfterMs: 50, times: 1 });
    await ask();
    expect(traffic.silentMs()).toBe(0);
    expect(traffic.disturbances()).toHaveLength(1);
  });

  it("is nothing where a request is put off for so long that it is not sent again by itself", async () => {
    const { client, discord, traffic } = await aLine();
    const { id } = discord.addServer("Alpha watchers").addChannel("news");
    const limit = discord.faults.rateLimit({ route: "PATCH /channels/", scope: "user", retryAfterMs: 60_000 });
    const edit = client.rest.patch(Routes.channelMessage(id, "1"), { body: { content: "news" } });
    await expect(edit).rejects.toBeInstanceOf(RateLimitError);
    expect(limit.hits).toBe(1);
    expect([traffic.silentMs(), traffic.disturbances()]).toEqual([0, []]);
  });

  it("is nothing for a client nothing was asked of", () => {
    const traffic = trafficOf(new Client({ intents: [] }));
    expect([traffic.silentMs(), traffic.disturbances()]).toEqual([0, []]);
  });
});
