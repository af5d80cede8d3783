import { expect, it, onTestFinished } from "vitest";
import { connect, disconnect } from "../../src/discord/client.ts";
import { listenToPolls } from "../../src/discord/poll-events.ts";
import { embedded } from "../support/database.ts";
import { aDiscord } from "../support/delivering.ts";
import { storyClock, watcherApp } from "../support/watcher-app.ts";

it("a start asks once for the polls of all servers, however many there are, and a new server for its own", async () => {
  const discord = await aDiscord(storyClock());
  for (let i = 0; i < 20; i++) discord.addServer(`Server ${i}`);
  const { db } = await embedded.open();
  const { log } = watcherApp(db, storyClock());
  const missed: (string | null)[] = [];
  const { client } = await connect(
    { token: discord.token, apiUrl: discord.apiUrl },
    {
      log,
      attach: (made) =>
        listenToPolls(made, { voted: () => {}, gone: () => {}, missed: (serverId) => missed.push(serverId) }),
      onRefused: () => {},
      signal: new AbortController().signal,
    },
  );
  onTestFinished(() => disconnect(client));
  expect(client.guilds.cache.size).toBe(20);
  expect(missed).toEqual([null]);
  const server = discord.addServer("One more");
  await expect.poll(() => missed).toEqual([null, server.id]);
});
