import { describe, expect, test } from "vitest";
import { aCommand, field, times } from "./discord-parts.ts";
import { call, callInteraction } from "./discord-support.ts";

describe("an interaction", () => {
  const reply = { type: 4, data: { content: "Noted." } };

  test("takes no first response after three seconds", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    exchange.letFirstResponseExpire();
    const answer = await callInteraction(
      discord,
      "POST",
      `/interactions/${exchange.id}/${exchange.token}/callback`,
      reply,
    );
    expect(answer).toMatchObject({ status: 404, code: 10062 });
    expect(discord.violations).toMatchObject([{ code: 10062 }]);
    await expect(exchange.reply()).rejects.toThrow("did not respond");
  });

  test("takes one first response and no second", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    const callback = `/interactions/${exchange.id}/${exchange.token}/callback`;
    expect(await callInteraction(discord, "POST", callback, reply)).toMatchObject({ status: 204 });
    expect(await callInteraction(discord, "POST", callback, reply)).toMatchObject({ status: 400, code: 40060 });
    expect(discord.violations).toMatchObject([{ code: 40060 }]);
  });

  test("opens no modal after a defer", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    const callback = `/interactions/${exchange.id}/${exchange.token}/callback`;
    const modal = { type: 9, data: { custom_id: "m", title: "Lab", components: [field("lab")] } };
    await callInteraction(discord, "POST", callback, { type: 5 });
    expect(await callInteraction(discord, "POST", callback, modal)).toMatchObject({ status: 400, code: 40060 });
  });

  test("has a token that lives for fifteen minutes", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    await callInteraction(discord, "POST", `/interactions/${exchange.id}/${exchange.token}/callback`, reply);
    const original = `/webhooks/${discord.applicationId}/${exchange.token}/messages/%40original`;
    expect((await callInteraction(discord, "PATCH", original, { content: "Still noted." })).status).toBe(200);
    exchange.letTokenExpire();
    expect(await callInteraction(discord, "PATCH", original, { content: "Late." })).toMatchObject({
      status: 404,
      code: 10015,
    });
  });

  test("takes no follow-up before its first response", async () => {
    const { discord, channel, ann } = await aCommand();
    const { token } = ann.command(channel, "/guess");
    const path = `/webhooks/${discord.applicationId}/${token}?wait=true`;
    expect(await callInteraction(discord, "POST", path, { content: "x" })).toMatchObject({ status: 404, code: 10015 });
  });

  test("is answered without an authorization", async () => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    await call(discord, "POST", `/interactions/${exchange.id}/${exchange.token}/callback`, reply);
    expect(discord.violations[0]?.explanation).toContain("no authorization");
  });

  const wrongResponses: [string, object][] = [
    ["does not update a message when a command began it", { type: 7, data: { content: "x" } }],
    ["does not defer an update when a command began it", { type: 6 }],
    ["takes no reply of more than 2,000 characters", { type: 4, data: { content: "x".repeat(2001) } }],
    ["takes no choices when nothing is being completed", { type: 8, data: { choices: [] } }],
    [
      "takes no modal of six rows",
      { type: 9, data: { custom_id: "m", title: "Lab", components: times(6, (at) => field(`f${at}`)) } },
    ],
    [
      "takes no modal with one field twice",
      { type: 9, data: { custom_id: "m", title: "Lab", components: [field("a"), field("a")] } },
    ],
    [
      "takes no modal with a title of more than 45 characters",
      { type: 9, data: { custom_id: "m", title: "x".repeat(46), components: [field("a")] } },
    ],
  ];
  test.each(wrongResponses)("%s", async (_, body) => {
    const { discord, channel, ann } = await aCommand();
    const exchange = ann.command(channel, "/guess");
    const answer = await callInteraction(
      discord,
      "POST",
      `/interactions/${exchange.id}/${exchange.token}/callback`,
      body,
    );
    expect(answer).toMatchObject({ status: 400, code: 50035 });
    expect(exchange.acknowledged).toBe(false);
  });

  const wrongChoices: [string, object][] = [
    ["does not defer while choices are awaited", { type: 5 }],
    [
      "takes at most 25 choices",
      { type: 8, data: { choices: times(26, (at) => ({ name: `Lab ${at}`, value: `${at}` })) } },
    ],
    ["takes no choice without a name", { type: 8, data: { choices: [{ name: "", value: "x" }] } }],
    ["takes no choice of the wrong type", { type: 8, data: { choices: [{ name: "One", value: 1 }] } }],
  ];
  test.each(wrongChoices)("%s", async (_, body) => {
    const { discord, channel, ann } = await aCommand();
    const offered = ann.autocomplete(channel, "/guess", { model: "hun" }, "model");
    offered.catch(() => {});
    const exchange = await discord.waitUntil(() => discord.exchanges.at(-1));
    const answer = await callInteraction(
      discord,
      "POST",
      `/interactions/${exchange.id}/${exchange.token}/callback`,
      body,
    );
    expect(answer).toMatchObject({ status: 400, code: 50035 });
    const fine = { type: 8, data: { choices: [{ name: "Hunter Alpha", value: "hunter" }] } };
    await callInteraction(discord, "POST", `/interactions/${exchange.id}/${exchange.token}/callback`, fine);
    expect(await offered).toEqual([{ name: "Hunter Alpha", value: "hunter" }]);
  });
});
