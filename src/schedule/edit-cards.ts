import { type ClaimedCard, cardHoldMs, claimCards, recordCardEdited, recordCardLater } from "../actions/edit-cards.ts";
import type { App } from "../app.ts";
import { isConnected } from "../discord/client.ts";
import type { DiscordClient } from "../discord/deliveries.ts";
import { editCard } from "../discord/edit-card.ts";
import type { Line } from "../discord/line.ts";
import { announcementMessage } from "../discord/views/announcement.ts";
import { labNames } from "../discord/views/lab-words.ts";
import type { Turn } from "../domain/pace.ts";
import { createSupply } from "./supply.ts";

/** Few, so that of the turns deliveries want too most are theirs. */
const atOnce = 4;
const claimedTogether = 20;
const editWithinMs = cardHoldMs / 2;

/**
 * Edits announcements to what their models are now, until none is behind or the connection is lost.
 *
 * @param signal when it is aborted no more is begun
 */
export async function editDueCards(app: App, client: DiscordClient, turn: Turn, signal?: AbortSignal): Promise<void> {
  const supply = createSupply((most) => claimCards(app, most), claimedTogether);
  const worker = async () => {
    while (!signal?.aborted && isConnected(client)) {
      const card = await supply.next();
      if (!card) return;
      await edit(app, { client, turn, signal: AbortSignal.timeout(editWithinMs) }, card);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const card of await supply.end()) await recordCardLater(app, card, 0);
  for (const ended of workers) if (ended.status === "rejected") throw ended.reason;
}

async function edit(app: App, line: Line, claimed: ClaimedCard): Promise<void> {
  const { serverId, card, late } = claimed;
  const names = labNames(app.models.of(serverId).labs);
  const edited = await editCard(line, claimed, announcementMessage(card, { pingRoleId: null, late, names }));
  if (edited.kind === "done") await recordCardEdited(app, claimed);
  else await recordCardLater(app, claimed, edited.afterMs);
}
