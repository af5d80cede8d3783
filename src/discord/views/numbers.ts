import type { TimestampStylesString } from "discord.js";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 1234 → "1,234". */
export function count(number: number): string {
  return whole.format(number).replace("-", "−");
}

/** 1 → "1 guess", 2 → "2 guesses". */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** 1 → "1 point", 1234 → "1,234 points". */
export function points(number: number): string {
  return counted(number, "point");
}

/** Won or lost: 5 → "+5", −5 → "−5". */
export function signed(number: number): string {
  return number > 0 ? `+${count(number)}` : count(number);
}

/** A price as members read it: 0.3 → "30 %". The ends are never rounded to certainty. */
export function percent(price: number): string {
  const hundredths = price * 100;
  if (hundredths < 0.1) return "<0.1 %";
  if (hundredths > 99.5) return ">99 %";
  return `${hundredths < 9.95 ? hundredths.toFixed(1).replace(/\.0$/, "") : hundredths.toFixed(0)} %`;
}

/** A time each reader sees in their own zone; F is the full date, R is "3 days ago", D the day. */
export function moment(at: Date, style: TimestampStylesString): string {
  return `<t:${Math.floor(at.getTime() / 1000)}:${style}>`;
}

/** A stretch of time: 840 → "0.8 s", 95,000 → "1 min 35 s". */
export function seconds(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Money as it is spent on answers: 0 → "free", 0.00042 → "$0.00042", 1.5 → "$1.50". */
export function usd(amount: number): string {
  if (amount === 0) return "free";
  const text = amount >= 0.01 ? amount.toFixed(2) : amount.toPrecision(2);
  return `$${text.includes("e") ? amount.toFixed(8) : text}`;
}
