import { claimDeliveries, claimMs, renewClaims } from "../actions/claim-deliveries.ts";
import type { App } from "../app.ts";
import type { ClaimedDelivery } from "../domain/claimed-delivery.ts";

/** So often that four renewals in a row may fail or be late. */
const renewEveryMs = claimMs / 5;

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
  /** Until when each of them is ours, by this process's own watch. */
  const untilMs = new Map<ClaimedDelivery, number>();
  const held = () => [...untilMs.keys()].map(({ delivery }) => delivery);
  const renew = async () => {
    const startMs = app.elapsedMs();
    const renewed = new Set(await renewClaims(app, by, held()));
    for (const claimed of untilMs.keys()) {
      if (renewed.has(claimed.delivery.deliveryId)) untilMs.set(claimed, startMs + claimMs);
    }
  };
  const renewing = setInterval(() => {
    renew().catch((err) => app.log.warn({ err }, "claims could not be renewed"));
  }, renewEveryMs);
  return {
    async claim(most) {
      const startMs = app.elapsedMs();
      const claims = await claimDeliveries(app, { by, most, except: held() });
      for (const claimed of claims) untilMs.set(claimed, startMs + claimMs);
      return claims;
    },
    isOurs: (claimed) => (untilMs.get(claimed) ?? 0) > app.elapsedMs(),
    letGo: (claimed) => void untilMs.delete(claimed),
    end: () => clearInterval(renewing),
  };
}
