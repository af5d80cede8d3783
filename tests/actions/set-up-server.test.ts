import { describe, expect, it } from "vitest";
import { readServer, saveServer } from "../../src/actions/set-up-server.ts";
import { embedded } from "../support/database.ts";
import { aServer, owed, storyClock, watcherApp } from "../support/watcher-app.ts";

describe("/setup", () => {
  it("keeps what is not given, and knows the defaults of a server never seen", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    const defaults = {
      serverId: "100",
      announcementChannelId: null,
      pingRoleId: null,
      moderatorRoleId: null,
      moderatorChannelId: null,
      threadPerModel: false,
      pollPerModel: false,
      guessOnly: false,
      minimumAccountDays: 0,
      questionsPerDay: 20,
      questionAccess: { allowedRoleIds: [], barredRoleIds: [], allowedChannelIds: [], barredChannelIds: [] },
    };
    expect(await readServer(app, "100")).toEqual({ settings: defaults, troubles: [] });
    await saveServer(app, "100", { pingRoleId: "120", guessOnly: true });
    expect(await saveServer(app, "100", { minimumAccountDays: 7 })).toEqual({
      ...defaults,
      pingRoleId: "120",
      guessOnly: true,
      minimumAccountDays: 7,
    });
    expect((await readServer(app, "100")).settings).toMatchObject({ pingRoleId: "120", minimumAccountDays: 7 });
    expect(await owed(db)).toEqual([]);
  });

  it("sends one summary, to the first channel only", async () => {
    const { db } = await embedded.open();
    const app = watcherApp(db, storyClock());
    await aServer(app, "100", { announcementChannelId: "110" });
    await saveServer(app, "100", { announcementChannelId: "111" });
    await saveServer(app, "100", { announcementChannelId: null });
    await saveServer(app, "100", { announcementChannelId: "110" });
    expect((await owed(db, "summary")).map(({ key }) => key)).toEqual(["summary:100"]);
  });
});
