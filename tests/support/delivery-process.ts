/*
 * A bot of its own process that delivers what is due and ends, or is killed by SIGKILL at the moment it was told. Its
 * story comes as JSON in the first argument.
 */

import { connect, disconnect } from "../../src/discord/client.ts";
import { deliverDue } from "../../src/schedule/deliver-due.ts";
import { type DatabaseSettings, openDatabase } from "../../src/storage/database.ts";
import { storyClock, watcherApp } from "./watcher-app.ts";

export type DeliveryStory = {
  database: DatabaseSettings;
  apiUrl: string;
  token: string;
  now: string;
  /** A request to Discord, as "METHOD /path" matches it, and whether to die before it is sent or after it is answered. */
  killed: { when: "before" | "after"; request: string } | null;
};

const story: DeliveryStory = JSON.parse(process.argv[2] ?? "");
const database = await openDatabase(story.database);
const app = watcherApp(database.db, storyClock(story.now));
const { client } = await connect(
  { token: story.token, apiUrl: story.apiUrl },
  { log: app.log, attach: () => null, onRefused: () => process.exit(2), signal: new AbortController().signal },
);

const send = client.rest.request.bind(client.rest);
client.rest.request = async (options) => {
  const { killed } = story;
  const isIt = killed !== null && new RegExp(killed.request).test(`${options.method} ${options.fullRoute}`);
  if (isIt && killed.when === "before") await die();
  const answer = await send(options);
  if (isIt) await die();
  return answer;
};

await deliverDue(app, client, `process ${process.pid}`);
await disconnect(client);
await database.close();
process.exit(0);

/** Never returns: nothing of this process runs any more. */
async function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}
