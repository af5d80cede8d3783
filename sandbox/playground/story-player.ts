import { setTimeout as wait } from "node:timers/promises";
import type { Transcript } from "../demo/transcript.ts";
import type { StoryStep, StoryView } from "../page/protocol.ts";

/** Lets the story go on by itself, hold, or go a step at a time. */
export type StoryPlayer = {
  view(): StoryView;
  /** Called after each act of the story: resolves when the next may come. */
  pause(): Promise<void>;
  play(): void;
  hold(): void;
  /** One act further, then it holds. */
  step(): void;
  end(): void;
  /** Wishes for the whole from its beginning. */
  startOver(): void;
  /** A transcript whose narration and acts are also shown beside the controls. */
  overhear(transcript: Transcript): Transcript;
  /** Whether somebody acted before the story was over: what comes out then is no more the story's alone. */
  readonly isDisturbed: boolean;
  disturb(): void;
};

/** @param paceMs how long the story waits between acts, to give a person time to read */
export function createStoryPlayer(parts: {
  readonly now: () => Date;
  readonly paceMs: number;
  readonly signal: AbortSignal;
  readonly startOver: () => void;
  readonly changed: () => void;
}): StoryPlayer {
  const { now, paceMs, signal, startOver, changed } = parts;
  const steps: StoryStep[] = [];
  let state: StoryView["state"] = "playing";
  let isDisturbed = false;
  let goOn: (() => void) | null = null;

  function become(next: StoryView["state"]): void {
    if (state !== "over") state = next;
    if (next !== "paused") {
      goOn?.();
      goOn = null;
    }
    changed();
  }

  function note(who: string | null, words: string): void {
    steps.push({ at: now().toISOString(), who, words });
    changed();
  }

  return {
    view: () => ({ state, steps: [...steps] }),
    async pause() {
      if (paceMs > 0 && state === "playing") await wait(paceMs, undefined, { signal });
      if (state === "paused") {
        await new Promise<void>((resolve) => {
          goOn = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      signal.throwIfAborted();
    },
    play: () => become("playing"),
    hold: () => become("paused"),
    step() {
      become("playing");
      become("paused");
    },
    end: () => become("over"),
    startOver,
    overhear: (transcript) => ({
      ...transcript,
      narrate(words) {
        note(null, words);
        transcript.narrate(words);
      },
      act(who, words) {
        note(who, words);
        transcript.act(who, words);
      },
    }),
    get isDisturbed() {
      return isDisturbed;
    },
    disturb() {
      if (state !== "over") isDisturbed = true;
    },
  };
}
