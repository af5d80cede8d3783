import type { TimeStyle } from "./nodes.ts";

/** How the viewer reads times: the language, and the zone where it is not that of the machine. */
export type TimeManner = { readonly locale: string; readonly timeZone?: string };

const shapes = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { year: "numeric", month: "2-digit", day: "2-digit" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
} as const satisfies Record<Exclude<TimeStyle, "R">, Intl.DateTimeFormatOptions>;

/** Making one takes longer than all it will ever write. */
const formats = new Map<string, Intl.DateTimeFormat>();

function written(at: Date, style: keyof typeof shapes, { locale, timeZone }: TimeManner): string {
  const key = `${style} ${locale} ${timeZone}`;
  const known =
    formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...shapes[style], ...(timeZone && { timeZone }) });
  formats.set(key, known);
  return known.format(at);
}

/** A time in one of Discord's styles. */
export function momentText(at: Date, style: TimeStyle, now: Date, manner: TimeManner): string {
  return style === "R" ? relativeText(at, now, manner) : written(at, style, manner);
}

/** When a message was written, as it stands beside its author's name. */
export function stampText(at: Date, now: Date, manner: TimeManner): string {
  const time = written(at, "t", manner);
  const day = written(at, "D", manner);
  if (day === written(now, "D", manner)) return time;
  const yesterday = new Date(now.getTime() - 24 * 3_600_000);
  return day === written(yesterday, "D", manner) ? `Yesterday at ${time}` : written(at, "s", manner);
}

const units = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30.44],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
] as const;

function relativeText(at: Date, now: Date, { locale }: TimeManner): string {
  let amount = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, most] of units) {
    const whole = Math.round(amount);
    if (Math.abs(whole) < Math.floor(most)) return new Intl.RelativeTimeFormat(locale).format(whole, unit);
    amount /= most;
  }
  return "";
}

const lengths = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
] as const;

/** What is left until then, in the largest unit: "6d", "23h", "59m", "1m" for less; null once it is over. */
export function timeLeft(until: Date, now: Date): string | null {
  const seconds = (until.getTime() - now.getTime()) / 1000;
  if (seconds <= 0) return null;
  for (const [unit, length] of lengths) if (seconds >= length) return `${Math.floor(seconds / length)}${unit}`;
  return "1m";
}
