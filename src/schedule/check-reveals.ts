import { recordRevealCheck, takeRevealTurn } from "../actions/check-reveals.ts";
import type { App } from "../app.ts";

/** Asks a withdrawn model for one token, if it is some model's turn: a reveal comes as a refusal. Without a key nobody is asked. */
export async function checkReveals(app: App, signal: AbortSignal): Promise<void> {
  const { chat } = app;
  const turn = chat && (await takeRevealTurn(app));
  if (!turn) return;
  const { modelId, listingId } = turn;
  const asking = chat({ listingId, turns: [{ role: "user", text: "Hi" }], mostTokens: 1 }, signal);
  let next = await asking.next();
  while (!next.done) next = await asking.next();
  await recordRevealCheck(app, modelId, next.value);
}
