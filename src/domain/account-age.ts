const dayMs = 86_400_000;

/** An account younger than a server wants. */
export type TooYoung = {
  readonly reason: "account-too-young";
  readonly minimumDays: number;
  /** When it is old enough. */
  readonly readyAt: Date;
};

/** Why an account is too young for a server at a moment; null if it is old enough. */
export function whyTooYoung(account: { readonly createdAt: Date }, minimumDays: number, now: Date): TooYoung | null {
  const readyAt = new Date(account.createdAt.getTime() + minimumDays * dayMs);
  return readyAt > now ? { reason: "account-too-young", minimumDays, readyAt } : null;
}
