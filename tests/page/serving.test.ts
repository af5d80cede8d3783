import { request } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { buildScene } from "../../sandbox/playground/scene.ts";
import { startPlayground } from "../../sandbox/playground/server.ts";

/** A request with any headers: a browser would not let a page set these. */
function ask(
  url: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: body === undefined ? "GET" : "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

async function aPlayground() {
  const playground = await startPlayground({ port: 0 });
  onTestFinished(() => playground.close());
  return playground;
}

/** With a scene, in which there is no bot. */
async function aPlayedOne() {
  const [playground, scene] = await Promise.all([
    aPlayground(),
    buildScene({ paceMs: 0, signal: new AbortController().signal }),
  ]);
  onTestFinished(() => scene.stop());
  playground.show(scene);
  const act = async (name: string, body: object) => {
    const { text } = await ask(`${playground.url}/act/${name}`, {}, JSON.stringify(body));
    return JSON.parse(text);
  };
  const { watch, referees, members } = scene.cast;
  const as = (member: keyof typeof members) => ({ serverId: watch.server.id, as: members[member].id });
  return { playground, scene, act, as, watch, referees, members };
}

it("the page is for a browser on this machine, under its own name", async () => {
  const { url } = await aPlayground();
  const { host } = new URL(url);
  expect((await ask(url, {})).status).toBe(200);
  // A name somebody made to lead here, and another page in the same browser.
  expect((await ask(url, { host: "evil.example" })).status).toBe(403);
  const clock = JSON.stringify({ ms: 1000 });
  expect((await ask(`${url}/control/clock`, { host, origin: "https://evil.example" }, clock)).status).toBe(403);
  expect((await ask(`${url}/control/clock`, { host, origin: "null" }, clock)).status).toBe(403);
  expect((await ask(`${url}/control/clock`, { host, origin: `http://${host}` }, clock)).status).toBe(200);
});

it("the page loads nothing from elsewhere, and gives out nothing but itself", async () => {
  const { url } = await aPlayground();
  const { headers } = await ask(url, {});
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).toContain("connect-src 'self'");
  for (const path of [
    "/../playground/server.ts",
    "/%2e%2e/playground/server.ts",
    "/tsconfig.json",
    "/style",
    "/.x.ts",
  ]) {
    expect((await ask(url + path, {})).status, path).toBe(404);
  }
  const { status, text } = await ask(`${url}/app.js`, {});
  expect(status).toBe(200);
  expect(text).not.toContain("import {");
});

it("what a member uploads runs nothing in the page, whatever it says it is", async () => {
  const { playground, act, as, watch } = await aPlayedOne();
  const kept = await ask(
    `${playground.url}/upload?filename=${encodeURIComponent('../"x".html')}`,
    { "content-type": "text/html" },
    "<script>alert(1)</script>",
  );
  const { id } = JSON.parse(kept.text);
  expect(await act("say", { ...as("ann"), channelId: watch.id, content: "Look", uploads: [id] })).toEqual({
    kind: "done",
  });
  const [attachment] = watch.lastMessage?.attachments ?? [];
  const { pathname } = new URL(attachment?.url ?? "");
  const { headers, text } = await ask(playground.url + pathname, {});
  expect(text).toBe("<script>alert(1)</script>");
  expect(headers["content-security-policy"]).toBe("default-src 'none'; sandbox");
  expect(headers["content-disposition"]).toMatch(/^attachment; filename="[\w.-]+"$/);
  const huge = await ask(`${playground.url}/upload?filename=a`, {}, "x".repeat(12_000_000));
  expect(JSON.parse(huge.text)).toEqual({ kind: "refused", words: "A file may have at most 10 MiB." });
  expect(huge.status).toBe(413);
});

it("nobody acts in a channel they do not see, as the bot, or in a server they are not in", async () => {
  const { act, as, scene, watch, referees } = await aPlayedOne();
  const say = { channelId: referees.id, content: "Hello", uploads: [] };
  expect(await act("say", { ...as("ann"), ...say })).toMatchObject({ kind: "refused" });
  expect(await act("say", { ...as("rita"), ...say })).toEqual({ kind: "done" });
  const secret = referees.lastMessage?.id ?? "";
  expect(await act("press", { ...as("ann"), messageId: secret, customId: "x" })).toMatchObject({
    kind: "refused",
    words: "This message is not here any more.",
  });
  const general = { channelId: watch.id, content: "Hello", uploads: [] };
  const elsewhere = { serverId: scene.neighbours.arena.server.id, as: as("bob").as };
  expect(await act("say", { ...elsewhere, ...general })).toMatchObject({ kind: "refused" });
  expect(await act("say", { serverId: watch.server.id, as: watch.server.bot.id, ...general })).toMatchObject({
    kind: "refused",
  });
});

it("what is wrong with a request is said, and ends nothing", async () => {
  const { playground, act, as } = await aPlayedOne();
  for (const [body, expected] of [
    ["", 400],
    ["{", 400],
    ["[]", 200],
    ["null", 200],
    ['"x"', 200],
  ] as const) {
    const { status, text } = await ask(`${playground.url}/act/say`, {}, body);
    expect(JSON.parse(text), body).toMatchObject({ kind: "refused" });
    expect(status, body).toBe(expected);
  }
  for (const path of ["//", "//elsewhere.example/", "/attachments/%", "/ephemeral-attachments/1/%ff"]) {
    expect((await ask(playground.url + path, {})).status, path).toBe(400);
  }
  expect(await act("toString", as("ann"))).toMatchObject({ kind: "refused" });
  expect(await act("command", { ...as("ann"), channelId: "0", line: "/guess", options: {} })).toMatchObject({
    kind: "refused",
  });
  expect((await ask(playground.url, {})).status).toBe(200);
});

it("everything that can be made to go wrong can be put right again", async () => {
  const { playground, scene } = await aPlayedOne();
  const set = async (id: string, on: boolean) => {
    const { text } = await ask(`${playground.url}/control/fault`, {}, JSON.stringify({ id, on }));
    return JSON.parse(text);
  };
  const faults = scene.faults.view();
  expect(faults.length).toBeGreaterThan(30);
  for (const { id } of faults) {
    expect(await set(id, true), id).toEqual({ kind: "done" });
    expect(scene.faults.view().find((fault) => fault.id === id)?.isOn, id).toBe(true);
    expect(await set(id, false), id).toEqual({ kind: "done" });
    expect(scene.faults.view().some(({ isOn }) => isOn)).toBe(false);
  }
  expect(await set("discord.nothing", true)).toMatchObject({ kind: "refused" });
  expect(scene.discord.faults.take("GET", "/gateway/bot", "/gateway/bot")).toEqual([]);
});

it("the clock goes forward only, and not while the story has it", async () => {
  const { playground, scene } = await aPlayedOne();
  const pass = async (ms: number) => {
    const { text } = await ask(`${playground.url}/control/clock`, {}, JSON.stringify({ ms }));
    return JSON.parse(text).kind;
  };
  expect(await pass(3_600_000)).toBe("refused");
  scene.story.hold();
  const before = scene.clock.nowMs();
  expect(await pass(3_600_000)).toBe("done");
  expect(scene.clock.nowMs()).toBe(before + 3_600_000);
  for (const ms of [-1, 0, Number.NaN, 31 * 86_400_000]) expect(await pass(ms), String(ms)).toBe("refused");
  // Nor does the story set it back.
  scene.clock.set("2026-03-11T09:30:00Z");
  expect(scene.clock.nowMs()).toBe(before + 3_600_000);
});

it("a page that is opened before there is anything gets all of it as soon as it is there", async () => {
  const playground = await aPlayground();
  const opened = new Promise<string>((resolve) => {
    const asking = request(`${playground.url}/tidings`, (response) => {
      response.setEncoding("utf8").once("data", (text) => {
        asking.destroy();
        resolve(text);
      });
    });
    asking.end();
  });
  // The question is there before the answer.
  await ask(playground.url, {});
  const scene = await buildScene({ paceMs: 0, signal: new AbortController().signal });
  onTestFinished(() => scene.stop());
  playground.show(scene);
  const tidings = JSON.parse((await opened).replace(/^data: /, ""));
  expect(tidings).toMatchObject({ kind: "everything", here: { name: "Model Watchers" } });
  expect(tidings.servers.map(({ name }: { name: string }) => name)).toEqual(["Model Watchers", "Night Shift"]);
});
