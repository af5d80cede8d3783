const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What the host has set for questions to models. */
export type QuestionSettings = {
  /** Questions to the host's key in any minute, and in any 24 hours. */
  readonly perMinute: number;
  readonly perDay: number;
  /** US dollars in a calendar month (UTC) for models that cost money; 0: such models are off. */
  readonly usdPerMonth: number;
  /** Answers being written for the whole host. A member has one, or one comparison. */
  readonly atOnce: number;
};

/** OpenRouter gives a free key 20 a minute and 50 a day: some are left for looking whether a model was revealed. */
export const usualQuestionSettings: QuestionSettings = { perMinute: 15, perDay: 40, usdPerMonth: 0, atOnce: 4 };

/** Numbers that hold everywhere. A comparison asks two models and counts as two questions. */
export const questionRules = {
  memberPerHour: 10,
  /** Questions of a member that failed and do not count for them, but cost the host's key all the same. */
  failedPerHour: 15,
  /** Of a server that has set nothing, if the host's day has room for two of them. */
  serverPerDay: 40,
  /** Most /setup takes. */
  mostServerPerDay: 1_000,
  longestPrompt: 4_000,
  /** Most tokens of an answer, reasoning included. */
  mostAnswerTokens: 4_000,
} as const;

/**
 * Questions a day of a server that has set nothing: never more than half of the host's, rounded up. A free key has 40 a
 * day for all servers; if each might have 40, the first to wake up would leave none for the others.
 */
export function usualServerPerDay({ perDay }: Pick<QuestionSettings, "perDay">): number {
  return Math.min(questionRules.serverPerDay, Math.ceil(perDay / 2));
}

/** Questions allowed in any stretch of time, and when the latest were asked, newest first: as many as allowed suffice. */
export type QuestionWindow = { readonly most: number; readonly lengthMs: number; readonly asked: readonly Date[] };

/** "failed": a member's questions that failed and count for nobody but the host. */
export type WindowName = "minute" | "day" | "member" | "failed" | "server";

export const windowLengthMs = {
  minute: minuteMs,
  day: dayMs,
  member: hourMs,
  failed: hourMs,
  server: dayMs,
} as const satisfies Record<WindowName, number>;

/** All that decides whether somebody may ask now, as the database holds it under a lock. */
export type QuestionBooks = {
  readonly windows: Readonly<Record<WindowName, QuestionWindow>>;
  readonly runningOfHost: number;
  readonly runningOfMember: number;
  /** OpenRouter has told the key to wait until then. */
  readonly restingUntil: Date | null;
  /** Spent this month, with what running answers may still cost. */
  readonly committedUsd: number;
};

export type LimitRefusal =
  /** The member's own last question is still being answered. */
  | { readonly reason: "member-busy" }
  | { readonly reason: "member-limit"; readonly most: number; readonly freeAt: Date }
  /** So many of the member's questions have failed that no more are tried for them. */
  | { readonly reason: "failed-limit"; readonly most: number; readonly freeAt: Date }
  | { readonly reason: "server-limit"; readonly most: number; readonly freeAt: Date }
  | { readonly reason: "server-off" }
  | { readonly reason: "host-busy" }
  | { readonly reason: "host-limit"; readonly per: "minute" | "day"; readonly most: number; readonly freeAt: Date }
  /** One question fits, but not the two of a comparison, not even when nothing is taken or running. */
  | { readonly reason: "no-room-for-two" }
  | { readonly reason: "key-resting"; readonly freeAt: Date }
  /** Models that cost money are off. */
  | { readonly reason: "costs-money" }
  /** More than the whole of a month's budget may be needed for it. */
  | { readonly reason: "costs-too-much"; readonly usdPerMonth: number }
  | { readonly reason: "month-spent"; readonly usdPerMonth: number; readonly freeAt: Date };

/** What is left after a question. */
export type QuestionsLeft = { readonly member: number; readonly server: number; readonly hostToday: number };

/** Questions of a window that count at a moment. */
function taken({ asked, lengthMs }: QuestionWindow, now: Date): number {
  return asked.filter((at) => now.getTime() - at.getTime() < lengthMs).length;
}

/** When `wanted` more fit into a window that is large enough for them: now (null) or later. */
function freeAt(window: QuestionWindow, wanted: number, now: Date): Date | null {
  if (taken(window, now) + wanted <= window.most) return null;
  const mustPass = window.asked[window.most - wanted];
  return mustPass ? new Date(mustPass.getTime() + window.lengthMs) : null;
}

type Wish = {
  /** One, or two for a comparison. */
  readonly questions: number;
  /** What they may cost at the most; null if they cost nothing. */
  readonly worstUsd: number | null;
};

/** Refusals that tell when they are over. */
type Timed = Extract<LimitRefusal, { readonly freeAt: Date }>;

/**
 * Whether so many questions may be asked now, and if not, why and until when. What never passes comes first, as there is
 * no coming back for it; of all that passes the last to do so is told, so that nobody comes back to the next refusal.
 */
export function limitRefusal(
  books: QuestionBooks,
  wish: Wish,
  settings: Pick<QuestionSettings, "usdPerMonth" | "atOnce">,
  now: Date,
): LimitRefusal | null {
  const lasting = lastingRefusal(books, wish, settings);
  if (lasting) return lasting;
  if (books.runningOfMember > 0) return { reason: "member-busy" };
  const [first, ...others] = timedRefusals(books, wish, settings, now);
  if (first) return others.reduce((last, each) => (each.freeAt > last.freeAt ? each : last), first);
  return books.runningOfHost + wish.questions > settings.atOnce ? { reason: "host-busy" } : null;
}

/** Why they may not be asked, however long somebody waits. */
function lastingRefusal(
  { windows }: QuestionBooks,
  { questions, worstUsd }: Wish,
  { usdPerMonth, atOnce }: Pick<QuestionSettings, "usdPerMonth" | "atOnce">,
): LimitRefusal | null {
  if (windows.server.most === 0) return { reason: "server-off" };
  if (worstUsd !== null && usdPerMonth === 0) return { reason: "costs-money" };
  if (worstUsd !== null && worstUsd > usdPerMonth) return { reason: "costs-too-much", usdPerMonth };
  const leastRoom = Math.min(atOnce, ...Object.values(windows).map(({ most }) => most));
  return questions > leastRoom ? { reason: "no-room-for-two" } : null;
}

/** All that they have to wait for; where two end at once, the first is what concerns the member most. */
function timedRefusals(
  books: QuestionBooks,
  { questions, worstUsd }: Wish,
  { usdPerMonth }: Pick<QuestionSettings, "usdPerMonth">,
  now: Date,
): Timed[] {
  const { windows, restingUntil, committedUsd } = books;
  const full = (["member", "failed", "server", "day", "minute"] as const).flatMap((name): Timed[] => {
    const { most } = windows[name];
    const at = freeAt(windows[name], questions, now);
    if (at === null) return [];
    const isHosts = name === "minute" || name === "day";
    return [
      isHosts ? { reason: "host-limit", per: name, most, freeAt: at } : { reason: `${name}-limit`, most, freeAt: at },
    ];
  });
  const rests = restingUntil !== null && restingUntil > now;
  const isSpent = worstUsd !== null && committedUsd + worstUsd > usdPerMonth;
  return [
    ...full,
    ...(rests ? [{ reason: "key-resting", freeAt: restingUntil } as const] : []),
    ...(isSpent ? [{ reason: "month-spent", usdPerMonth, freeAt: nextMonth(now) } as const] : []),
  ];
}

/** What is left when so many questions more are asked. */
export function questionsLeft({ windows }: QuestionBooks, questions: number, now: Date): QuestionsLeft {
  const left = (window: QuestionWindow) => Math.max(0, window.most - taken(window, now) - questions);
  return { member: left(windows.member), server: left(windows.server), hostToday: left(windows.day) };
}

/** What is left when so many of the questions taken in have turned out to count for nobody but the host. */
export function leftWithout(left: QuestionsLeft, uncounted: number): QuestionsLeft {
  return { ...left, member: left.member + uncounted, server: left.server + uncounted };
}

/** A calendar month in UTC: "2026-03". */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

function nextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}

/** How long a key rests that OpenRouter has told to wait: until the time it gave, else a minute, or until the day is over in UTC. */
export function restUntil(per: "minute" | "day", retryAt: Date | null, now: Date): Date {
  if (retryAt !== null && retryAt > now) return retryAt;
  return per === "minute"
    ? new Date(now.getTime() + minuteMs)
    : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}
