import type { Listing } from "./listing.ts";

/** A listing that was not announced and waits for a server's moderators to open it for their server, or to leave it. */
export type WaitingListing = {
  readonly listing: Listing;
  /** burst: too many came at once. doubtful: the rule does not know whether it is anonymous. */
  readonly because: "burst" | "doubtful";
  readonly heldAt: Date;
};
