/** OpenRouter's headers about limits: the answer's own, and those it repeats inside of its error. */
export type WireHeaders = {
  readonly ofAnswer: Headers | null;
  readonly ofError: Readonly<Record<string, unknown>>;
};

/** Nothing here is limited for longer than a day; what says more is misread. */
const longestWaitMs = 48 * 3_600_000;

/** When asking makes sense again, as far as a header says; null if none does, or what it says cannot be. */
export function retryAtOf(headers: WireHeaders, now: Date): Date | null {
  const after = header(headers, "retry-after");
  const reset = header(headers, "x-ratelimit-reset");
  for (const at of [after === null ? null : fromRetryAfter(after, now), reset === null ? null : fromReset(reset)]) {
    const waitMs = (at ?? Number.NaN) - now.getTime();
    if (at !== null && waitMs > 0 && waitMs <= longestWaitMs) return new Date(at);
  }
  return null;
}

/** The same as whole seconds from now, rounded up. */
export function secondsToWait(headers: WireHeaders, now: Date): number | null {
  const at = retryAtOf(headers, now);
  return at && Math.ceil((at.getTime() - now.getTime()) / 1_000);
}

function header({ ofAnswer, ofError }: WireHeaders, name: string): string | null {
  const inError = Object.entries(ofError).find(([key]) => key.toLowerCase() === name)?.[1];
  return ofAnswer?.get(name) ?? (typeof inError === "string" || typeof inError === "number" ? String(inError) : null);
}

/** Seconds, or a date as HTTP writes them. */
function fromRetryAfter(value: string, now: Date): number {
  return /^\d+(\.\d+)?$/.test(value) ? now.getTime() + Number(value) * 1_000 : Date.parse(value);
}

/** A Unix time in milliseconds. */
function fromReset(value: string): number {
  return Number(value);
}
