import { expect, it } from "vitest";
import { createStoryPlayer } from "../../sandbox/playground/story-player.ts";

/** A story of five acts, and how far it has come. */
function aStory() {
  const ending = new AbortController();
  const player = createStoryPlayer({
    now: () => new Date("2026-03-11T09:00:00Z"),
    paceMs: 0,
    signal: ending.signal,
    startOver: () => ending.abort(),
    changed: () => {},
  });
  let acts = 0;
  const told = (async () => {
    for (; acts < 5; acts += 1) await player.pause();
  })();
  /** Whatever can happen by itself has happened. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { player, told, acts: () => acts, settled };
}

it("a story plays by itself", async () => {
  const { told, acts } = aStory();
  await told;
  expect(acts()).toBe(5);
});

it("a story that is held goes on by a step at a time, and by itself when it is let", async () => {
  const { player, told, acts, settled } = aStory();
  player.hold();
  await settled();
  const before = acts();
  expect(before).toBeLessThan(5);
  player.step();
  await settled();
  expect(acts()).toBe(before + 1);
  expect(player.view().state).toBe("paused");
  player.play();
  await told;
  expect(acts()).toBe(5);
});

it("whoever acts while it is told has a hand in it, and afterwards has none", async () => {
  const { player, told } = aStory();
  expect(player.isDisturbed).toBe(false);
  player.disturb();
  expect(player.isDisturbed).toBe(true);
  const other = aStory();
  await Promise.all([told, other.told]);
  other.player.end();
  other.player.disturb();
  expect(other.player.isDisturbed).toBe(false);
  // What is over is not begun again by the wrong button.
  other.player.play();
  expect(other.player.view().state).toBe("over");
});

it("a story that is started over ends where it waits", async () => {
  const { player, told, settled } = aStory();
  player.hold();
  await settled();
  player.startOver();
  await expect(told).rejects.toThrow("aborted");
});
