import { afterAll, expect, vi } from "vitest";

/*
 * Runs before every file of tests. Files share a process, because it is dear to start one: discord.js has to be
 * loaded and PGlite to be compiled and started. They share nothing of ours: every file gets the project's modules anew,
 * with whatever those remember, and a file that leaves the process other than it found it fails.
 */

vi.resetModules();

const found = surroundings();
// Vitest runs this after what the file itself cleans up with.
afterAll(() => expect(surroundings(), "this file changed the process that the next file runs in").toEqual(found));

function surroundings() {
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    user: process.geteuid?.(),
    timers: [setTimeout, setInterval, Date, performance.now],
    listeners: ["SIGINT", "SIGTERM", "uncaughtException", "unhandledRejection"].map((name) =>
      process.listenerCount(name),
    ),
  };
}
