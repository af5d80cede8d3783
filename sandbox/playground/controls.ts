import type { Raw } from "../discord/wire.ts";
import type { Outcome } from "../page/protocol.ts";
import type { Scene } from "./scene.ts";

const mostMs = 30 * 86_400_000;
const done: Outcome = { kind: "done" };

/** Does what the visitor wants of the playground itself; null if there is no such thing. */
export async function carryOut(scene: Scene, name: string, wish: Raw): Promise<Outcome | null> {
  switch (name) {
    case "story":
      return tellStory(scene, wish.to);
    case "clock":
      return moveClock(scene, Number(wish.ms));
    case "fault": {
      scene.story.disturb();
      const isKnown = scene.faults.set(String(wish.id), wish.on === true);
      scene.changed.announce();
      return isKnown ? done : null;
    }
    case "bot":
      scene.story.disturb();
      await scene.bot.restart();
      return done;
    default:
      return null;
  }
}

function tellStory({ story }: Scene, to: unknown): Outcome | null {
  if (to === "play") story.play();
  else if (to === "pause") story.hold();
  else if (to === "step") story.step();
  else if (to === "start-over") story.startOver();
  else return null;
  return done;
}

function moveClock({ clock, story, changed }: Scene, ms: number): Outcome {
  if (!(ms > 0 && ms <= mostMs)) return { kind: "refused", words: "The clock goes forward, by 30 days at most." };
  if (story.view().state === "playing") {
    return { kind: "refused", words: "The story has the clock while it plays: pause it first." };
  }
  story.disturb();
  clock.pass(ms);
  changed.announce();
  return done;
}
