import { Routes } from "discord.js";
import { afterEach, expect, it, vi } from "vitest";
import { forgetWaits } from "../../src/discord/forget-waits.ts";
import { trafficOf } from "../../src/discord/traffic.ts";
import { aBot } from "../support/delivering.ts";
import { hourMs } from "../support/watcher-app.ts";

afterEach(() => void vi.useRealTimers());

const route = "GET /gateway/bot";

it("the bot asks Discord again at once after the clock was set back an hour, whatever it was waiting for", async () => {
  const { client, discord } = await aBot();
  const traffic = trafficOf(client);
  const ask = () => client.rest.get(Routes.gatewayBot());
  discord.faults.rateLimit({ route, scope: "global", retryAfterMs: 400, times: 1 });
  const asked = ask();
  await expect.poll(() => traffic.silentMs(), { interval: 5 }).toBeGreaterThan(0);
  vi.useFakeTimers({ now: Date.now() - hourMs, toFake: ["Date"] });
  expect(traffic.silentMs()).toBeGreaterThan(hourMs - 1_000);
  forgetWaits(client);
  expect(traffic.silentMs()).toBe(0);
  expect(await Promise.all([ask(), asked])).toHaveLength(2);
});

it("so it does where only one route was used up", async () => {
  const { client } = await aBot();
  const ask = () => client.rest.get(Routes.gatewayBot());
  await ask();
  const inAnHour = Date.now() + hourMs;
  for (const handler of client.rest.handlers.values()) Object.assign(handler, { remaining: 0, reset: inAnHour });
  forgetWaits(client);
  await expect(ask()).resolves.toHaveProperty("url");
});
