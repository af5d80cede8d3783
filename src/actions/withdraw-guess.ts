import type { App } from "../app.ts";
import type { Member } from "../domain/member.ts";
import type { GuessAnswer } from "../domain/receipt.ts";

/** Takes a member's guess on a model back: sells both parts, ends the call. Own money returns, never with a profit. */
export function withdrawGuess(
  app: App,
  request: { key: string; serverId: string; member: Member; modelId: number },
): Promise<GuessAnswer> {
  return app.guesses.add({ ...request, wish: { kind: "withdraw" } });
}
