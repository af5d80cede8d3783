import { claimDeliveries, claimMs, renewClaims } from "../actions/claim-deliveries.ts";
import type { App } from "../app.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";

/** So often that four renewals in a row may fail or be late. */
const renewEveryMs = claimMs / 5;

/** Another process has it by now. */
const lost = Number.NEGATIVE_INFINITY;

/** What a process has claimed, and renews until it lets go of it. */
export type HeldClaims = {
  claim(most: number): Promise<readonly ClaimedDelivery[]>;
  /** Whether it surely is this process's still: another one takes over from whoever is silent for too long, dead or not. */
  isOurs(claimed: ClaimedDelivery): boolean;
  letGo(claimed: ClaimedDelivery): void;
  /** Renews no more. */
  end(): void;
};

/** @param by names this process */
export function holdClaims(app: App, by: string): HeldClaims {
  /** Until when each of them is ours, by this process's own watch. One that is lost stays so, and is in here until let go of. */
  const untilMs = new Map<ClaimedDelivery, number>();
  const renew = async () => {
    const startMs = app.elapsedMs();
    const asked = [...untilMs].flatMap(([claimed, until]) => (until === lost ? [] : [claimed]));
    const renewed = new Set(await renewClaims(app, by, deliveriesOf(asked)));
    for (const claimed of asked) {
      const isStillOurs = renewed.has(claimed.delivery.deliveryId);
      // It may have been let go of meanwhile.
      if (untilMs.has(claimed)) untilMs.set(claimed, isStillOurs ? startMs + claimMs : lost);
    }
  };
  let isRenewing = false;
  const renewing = setInterval(() => {
    // One that takes long is followed by the next when it is over, not joined by more and more.
    if (isRenewing) return;
    isRenewing = true;
    renew()
      .catch((err) => app.log.warn({ err }, "claims could not be renewed"))
      .finally(() => {
        isRenewing = false;
      });
  }, renewEveryMs);
  return {
    async claim(most) {
      const startMs = app.elapsedMs();
      const claims = await claimDeliveries(app, { by, most, except: deliveriesOf(untilMs.keys()) });
      for (const claimed of claims) untilMs.set(claimed, startMs + claimMs);
      return claims;
    },
    isOurs: (claimed) => (untilMs.get(claimed) ?? 0) > app.elapsedMs(),
    letGo: (claimed) => void untilMs.delete(claimed),
    end: () => clearInterval(renewing),
  };
}

function deliveriesOf(claims: Iterable<ClaimedDelivery>) {
  return Array.from(claims, ({ delivery }) => delivery);
}
