import { element } from "./element.ts";
import { control } from "./link.ts";
import type { Panel } from "./panels.ts";
import type { Player } from "./player.ts";
import type { Outcome, StoryStep } from "./protocol.ts";
import { whoChooser } from "./who-chooser.ts";

const hourMs = 3_600_000;
const jumps = [
  { words: "+ 1 hour", ms: hourMs },
  { words: "+ 1 day", ms: 24 * hourMs },
  { words: "+ 1 week", ms: 7 * 24 * hourMs },
] as const;

/** March 2026, as it is told, and the clock it is told by. */
export function storyPanel(player: Player, follow: (outcome: Outcome, what: string) => void): Panel {
  const { mirror } = player;
  const state = element("p", { class: "story-state", role: "status" });
  const play = element("button", { type: "button", class: "main-button" });
  const step = element("button", { type: "button", class: "plain-button" }, "One step");
  const startOver = element("button", { type: "button", class: "plain-button" }, "Start over");
  const clock = element("time", { class: "story-clock" });
  const steps = element("ol", { class: "steps" });
  let drawn = 0;

  const isPlaying = () => mirror.stage?.story.state === "playing";
  play.addEventListener("click", async () => {
    follow(await control("story", { to: isPlaying() ? "pause" : "play" }), "The story");
  });
  step.addEventListener("click", async () => follow(await control("story", { to: "step" }), "The story"));

  startOver.addEventListener("click", async () => follow(await control("story", { to: "start-over" }), "The story"));

  function draw(): void {
    const { stage } = mirror;
    if (!stage) return;
    const { story } = stage;
    state.textContent = {
      playing: "The story plays by itself. Pause it, and act before it goes on.",
      paused: "The story waits. Its time stands still, and you may act in it.",
      over: "The story is told; the bot and everybody are still there. Now it is your turn. Or start over, and go a step at a time.",
    }[story.state];
    play.textContent = isPlaying() ? "Pause" : "Play";
    play.hidden = story.state === "over";
    step.hidden = story.state === "over";
    if (story.steps.length < drawn) {
      steps.replaceChildren();
      drawn = 0;
    }
    const isNear = steps.scrollHeight - steps.scrollTop - steps.clientHeight < 60;
    steps.append(...story.steps.slice(drawn).map(stepItem));
    drawn = story.steps.length;
    if (isNear) steps.scrollTop = steps.scrollHeight;
    tick();
  }

  function tick(): void {
    const now = mirror.now();
    clock.dateTime = now.toISOString();
    clock.textContent = now.toLocaleString(undefined, { dateStyle: "full", timeStyle: "short" });
  }

  mirror.on("stage", draw);
  window.setInterval(tick, 1000);
  const whole = element(
    "div",
    { class: "panel-body story" },
    state,
    element("div", { class: "panel-buttons" }, play, step, startOver),
    element("h3", {}, "It is"),
    clock,
    element(
      "div",
      { class: "panel-buttons", role: "group", "aria-label": "Set the clock forward" },
      ...jumps.map(({ words, ms }) => {
        const button = element("button", { type: "button", class: "plain-button" }, words);
        button.addEventListener("click", async () => follow(await control("clock", { ms }), "The clock"));
        return button;
      }),
    ),
    element("h3", {}, element("label", { for: "act-as" }, "Act as")),
    whoChooser(player, "act-as"),
    element("h3", {}, "So far"),
    steps,
  );
  return { name: "Story", icon: "story", element: whole, opened: draw };
}

function stepItem({ at, who, words }: StoryStep): HTMLElement {
  const time = new Date(at).toLocaleString(undefined, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  return element(
    "li",
    { class: who === null ? "step step-told" : "step" },
    element("time", { datetime: at }, time),
    element("span", {}, who === null ? words : `${who} ${words}`),
  );
}
