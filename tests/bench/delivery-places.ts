import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Exchange } from "../../sandbox/discord/exchange.ts";
import type { DiscordSandbox } from "../../sandbox/discord/server.ts";
import { joinServers } from "../../src/actions/join-server.ts";
import type { Db } from "../../src/storage/database.ts";
import { deliveries, servers } from "../../src/storage/schema.ts";
import { benchApp } from "./bench-app.ts";

const threadEvery = 10;
const commandEveryMs = 100;

/** A server of the bench, and what is wrong with its channel. */
export type Place = {
  readonly channel: Channel;
  readonly thread: boolean;
  readonly broken: "forbidden" | "gone" | null;
};

/** Makes the servers of a round. One in ten has threads; of every `brokenEvery` one cannot be announced to. */
export function makePlaces(discord: DiscordSandbox, count: number, brokenEvery: number | null): Place[] {
  return Array.from({ length: count }, (_, i) => {
    const channel = discord.addServer(`Server ${i}`).addChannel("announcements");
    const isBroken = brokenEvery !== null && i % brokenEvery === 0;
    const broken = isBroken ? (i % (2 * brokenEvery) === 0 ? "forbidden" : "gone") : null;
    if (broken === "forbidden") channel.denyBot("SendMessages");
    return { channel, thread: i % threadEvery === 1, broken };
  });
}

/** Writes them down as set up and greeted, so that the announcement is all they are owed. */
export async function joinPlaces(db: Db, places: readonly Place[]): Promise<void> {
  await db.insert(servers).values(
    places.map(({ channel, thread }) => ({
      serverId: channel.server.id,
      name: channel.server.name,
      joinedAt: new Date(),
      announcementChannelId: channel.id,
      threadPerModel: thread,
    })),
  );
  await joinServers(
    benchApp(db),
    places.map(({ channel: { server } }) => ({ serverId: server.id, name: server.name })),
  );
  await db.update(deliveries).set({ state: "sent" });
  for (const { channel, broken } of places) if (broken === "gone") channel.delete();
}

/** Somebody who asks for the models all the time. */
export function busyMembers(channel: Channel | undefined) {
  if (!channel) throw new Error("there is no server");
  const { server } = channel;
  const member = server.addMember("Ann");
  const exchanges: Exchange[] = [];
  let isPaused = false;
  const asking = setInterval(() => {
    if (!isPaused) exchanges.push(member.command(server.channel("general"), "/models show"));
  }, commandEveryMs);
  return {
    pause() {
      isPaused = true;
    },
    goOn() {
      isPaused = false;
    },
    async end() {
      clearInterval(asking);
      await Promise.allSettled(exchanges.map((exchange) => exchange.settled(5_000)));
      return exchanges;
    },
  };
}
