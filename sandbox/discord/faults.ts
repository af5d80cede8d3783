/** Which requests a fault hits: a part of "METHOD /route/{pattern}", or a pattern on "METHOD /real/path"; all if left out. */
type RouteMatch = string | RegExp;

interface Limits {
  route?: RouteMatch;
  /** How many requests it hits before it goes away; unlimited if left out. */
  times?: number;
  /** Share of matching requests it hits, 0–1 (default 1). */
  rate?: number;
}

export type Fault = Limits &
  (
    | { kind: "delay"; ms: number }
    | { kind: "rate-limit"; scope: "global" | "shared" | "user"; retryAfterMs: number }
    | { kind: "server-error"; status: number }
    /** The connection breaks before anything is done. */
    | { kind: "reset-before" }
    /** The request is carried out, and then the answer is lost. */
    | { kind: "reset-after" }
  );

/** What takes a fault away again. */
export interface Switch {
  off(): void;
  /** How many requests it has hit. */
  readonly hits: number;
}

/** Everything that can be made to go wrong, without it being the bot's mistake. */
export class Faults {
  /** Every interaction is delivered twice. */
  duplicateInteractions = false;
  /** Nobody is let in at the gateway; who is in stays until `dropGateway`. */
  gatewayIsDown = false;
  /** Events of this kind are delivered twice. */
  duplicateEvents: string | undefined;
  /** A poll that is ended is closed at once, and counted when somebody says so. */
  pollsEndLate = false;
  readonly #random: () => number;
  #active: { fault: Fault; hits: number }[] = [];
  #unknownInteractions = 0;
  #dispatchDelay: { ms: number; event: string | undefined } | undefined;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** REST answers come late: a request waits `ms` before it is carried out. */
  delay(fault: Limits & { ms: number }): Switch {
    return this.#add({ kind: "delay", ...fault });
  }

  /** 429 on matching requests. "global" hits everything including the bot's other routes, "shared" is others' doing. */
  rateLimit(fault: Limits & { scope?: "global" | "shared" | "user"; retryAfterMs?: number } = {}): Switch {
    return this.#add({ kind: "rate-limit", scope: "user", retryAfterMs: 100, ...fault });
  }

  /** HTTP 500 (or another status). */
  serverError(fault: Limits & { status?: number } = {}): Switch {
    return this.#add({ kind: "server-error", status: 500, ...fault });
  }

  /** The connection breaks before the request is carried out. */
  resetBefore(fault: Limits = {}): Switch {
    return this.#add({ kind: "reset-before", ...fault });
  }

  /** The request is carried out, but its answer is lost: the message was in fact posted. */
  resetAfter(fault: Limits = {}): Switch {
    return this.#add({ kind: "reset-after", ...fault });
  }

  /** The next first responses are refused with 10062 although they are in time, as under load. */
  unknownInteractions(times: number): void {
    this.#unknownInteractions = times;
  }

  /** Gateway events reach the bot late; only one kind of event if `event` is given. */
  delayDispatches(ms: number, event?: string): void {
    this.#dispatchDelay = { ms, event };
  }

  /** Everything works again. */
  clear(): void {
    this.#active = [];
    this.#unknownInteractions = 0;
    this.#dispatchDelay = undefined;
    this.duplicateInteractions = false;
    this.gatewayIsDown = false;
    this.duplicateEvents = undefined;
    this.pollsEndLate = false;
  }

  takeUnknownInteraction(): boolean {
    if (this.#unknownInteractions <= 0) return false;
    this.#unknownInteractions--;
    return true;
  }

  dispatchDelayMs(event: string): number {
    const delay = this.#dispatchDelay;
    return delay && (!delay.event || delay.event === event) ? delay.ms : 0;
  }

  /** The faults that hit a request; each counts as used. */
  take(method: string, pattern: string, path: string): Fault[] {
    return this.#active.flatMap((entry) => {
      const { fault } = entry;
      const spent = fault.times !== undefined && entry.hits >= fault.times;
      if (spent || !matches(fault.route, method, pattern, path)) return [];
      if (fault.rate !== undefined && this.#random() >= fault.rate) return [];
      entry.hits++;
      return [fault];
    });
  }

  #add(fault: Fault): Switch {
    const entry = { fault, hits: 0 };
    this.#active.push(entry);
    return {
      off: () => {
        this.#active = this.#active.filter((other) => other !== entry);
      },
      get hits() {
        return entry.hits;
      },
    };
  }
}

function matches(route: RouteMatch | undefined, method: string, pattern: string, path: string): boolean {
  if (route === undefined) return true;
  if (route instanceof RegExp) return route.test(`${method} ${path}`);
  return `${method} ${pattern}`.includes(route) || `${method} ${path}`.includes(route);
}
