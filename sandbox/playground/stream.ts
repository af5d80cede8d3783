import type { ServerResponse } from "node:http";
import type { Member } from "../discord/member.ts";
import type { ServerEntry, StageView, Tidings } from "../page/protocol.ts";
import type { Scene } from "./scene.ts";
import { messagesFor, stateOf, wireMessage } from "./shown-messages.ts";
import { serverView } from "./views.ts";

/** Changes that come in a flurry are told together. */
const gatherMs = 25;
/** A line that is silent for long is cut by some browsers. */
const aliveMs = 20_000;

/** Tells a browser everything this member sees, and from then on what changes, until it hangs up. */
export function stream(response: ServerResponse, scene: Scene, viewer: Member): void {
  const { discord, tape, changed } = scene;
  const known = new Map<string, string>();
  let here = "";
  let stage = "";
  let lastWire = 0;
  let gathering: NodeJS.Timeout | undefined;

  const tell = (tidings: Tidings) => response.write(`data: ${JSON.stringify(tidings)}\n\n`);

  function newMessages() {
    const seen = messagesFor(viewer);
    const fresh = seen.filter((message) => {
      const state = stateOf(message, viewer);
      const isFresh = known.get(message.id) !== state;
      known.set(message.id, state);
      return isFresh;
    });
    const ids = new Set(seen.map(({ id }) => id));
    const gone = [...known.keys()].filter((id) => !ids.has(id));
    for (const id of gone) known.delete(id);
    return { messages: fresh.map((message) => wireMessage(message, viewer, discord)), gone };
  }

  function newWire() {
    const entries = tape.after(lastWire);
    lastWire = entries.at(-1)?.number ?? lastWire;
    return entries;
  }

  function catchUp(): void {
    const view = serverView(viewer);
    const viewNow = JSON.stringify(view);
    if (viewNow !== here) tell({ kind: "here", here: view });
    here = viewNow;
    const { messages, gone } = newMessages();
    if (messages.length + gone.length > 0) tell({ kind: "messages", messages, gone });
    const stageNow = stageView(scene);
    const stageKey = keyOf(stageNow);
    if (stageKey !== stage) tell({ kind: "stage", stage: stageNow });
    stage = stageKey;
    const entries = newWire();
    if (entries.length > 0) tell({ kind: "wire", entries });
  }

  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const first = { here: serverView(viewer), stage: stageView(scene) };
  const { messages } = newMessages();
  tell({ kind: "everything", servers: serverEntries(scene), messages, wire: newWire(), ...first });
  here = JSON.stringify(first.here);
  stage = keyOf(first.stage);

  const soon = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      catchUp();
    }, gatherMs);
  };
  const stopListening = [discord.onChange(soon), changed.listen(soon)];
  const alive = setInterval(() => response.write(": alive\n\n"), aliveMs);
  response.on("close", () => {
    for (const stop of stopListening) stop();
    clearInterval(alive);
    clearTimeout(gathering);
  });
}

function serverEntries({ discord }: Scene): ServerEntry[] {
  return discord.servers.map(({ id, name }) => ({ id, name }));
}

function stageView({ clock, bot, story, faults }: Scene): StageView {
  return {
    now: clock.now().toISOString(),
    clockRuns: clock.isRunning,
    bot: bot.state,
    story: story.view(),
    faults: faults.view(),
  };
}

/** Differs when there is news: a clock that runs is none, as the page lets it run too. */
function keyOf(stage: StageView): string {
  if (!stage.clockRuns) return JSON.stringify(stage);
  const setAt = Math.round((Date.parse(stage.now) - performance.now()) / 5000);
  return JSON.stringify({ ...stage, now: setAt });
}
