import { spawn } from "node:child_process";
import { once } from "node:events";
import type { DeliveryStory } from "./delivery-process.ts";
import { nodeArguments } from "./programs.ts";

/** Runs a bot in a process of its own, to its end. Returns how it ended: an exit code, or the signal that killed it. */
export async function runBot(story: DeliveryStory): Promise<string | number> {
  const program = nodeArguments("tests/support/delivery-process.ts");
  const child = spawn(process.execPath, [...program, JSON.stringify(story)], { stdio: "inherit" });
  const [code, signal] = await once(child, "exit");
  return signal ?? code;
}
