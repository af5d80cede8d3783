import type { LoggedRequest } from "./http.ts";
import type { Violation } from "./violations.ts";

/** Something that went over the wire, for those who watch it. */
export type Seen =
  /** A request that has been answered, or has broken off. */
  | { readonly kind: "request"; readonly request: LoggedRequest }
  /** An event sent to a session of the bot. */
  | { readonly kind: "event"; readonly event: string; readonly data: object }
  | { readonly kind: "violation"; readonly violation: Violation };
