export interface Violation {
  atMs: number;
  method: string;
  /** The route's pattern, e.g. /channels/{channel_id}/messages, or "gateway". */
  route: string;
  /** Discord's error code, or the close code of the gateway. */
  code: number;
  explanation: string;
  body?: string;
}

const MAX_BODY_EXCERPT = 400;

/** What the bot did that Discord would refuse. */
export class Violations {
  readonly list: Violation[] = [];
  readonly #now: () => number;
  readonly #watch: (violation: Violation) => void;

  constructor(now: () => number, watch: (violation: Violation) => void = () => {}) {
    this.#now = now;
    this.#watch = watch;
  }

  add(violation: Omit<Violation, "atMs" | "body"> & { body?: unknown }): void {
    const { body, ...rest } = violation;
    const excerpt = body === undefined ? {} : { body: JSON.stringify(body)?.slice(0, MAX_BODY_EXCERPT) ?? "" };
    const noted = { atMs: this.#now(), ...rest, ...excerpt };
    this.list.push(noted);
    this.#watch(noted);
  }

  /** Throws with a readable list unless the bot has kept every rule. */
  expectNone(): void {
    if (this.list.length === 0) return;
    const lines = this.list.map(
      ({ method, route, code, explanation, body }) =>
        `- ${method} ${route}: ${code} ${explanation}${body ? `\n    ${body}` : ""}`,
    );
    throw new Error(`Discord would have refused ${this.list.length} thing(s):\n${lines.join("\n")}`);
  }
}
