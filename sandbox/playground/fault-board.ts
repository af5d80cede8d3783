import type { Switch } from "../discord/faults.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";
import type { ChatFault } from "../openrouter/chat-faults.ts";
import { hunterRevealed } from "../openrouter/chat-refusals.ts";
import type { Fault as CatalogueFault } from "../openrouter/faults.ts";
import type { SandboxOpenRouter } from "../openrouter/server.ts";
import type { FaultView } from "../page/protocol.ts";

/** Everything that can be made to go wrong from the page. */
export type FaultBoard = {
  view(): FaultView[];
  /** Tells whether there is such a fault. */
  set(id: string, on: boolean): boolean;
};

type Machines = { readonly discord: DiscordSandbox; readonly openRouter: SandboxOpenRouter };

type DiscordFault = { readonly label: string; on(discord: DiscordSandbox): () => void };

const off = (fault: Switch) => () => fault.off();

const discordFaults: Readonly<Record<string, DiscordFault>> = {
  slow: {
    label: "Slow: every answer takes 1.5 seconds",
    on: ({ faults }) => off(faults.delay({ ms: 1500 })),
  },
  "very-slow": {
    label: "Very slow: answers take 4 seconds, longer than interactions wait",
    on: ({ faults }) => off(faults.delay({ ms: 4000 })),
  },
  "late-events": {
    label: "Events reach the bot 2 seconds late",
    on({ faults }) {
      faults.delayDispatches(2000);
      return () => faults.delayDispatches(0);
    },
  },
  "rate-limited": {
    label: "Rate limited: every other request is told to wait a second",
    on: ({ faults }) => off(faults.rateLimit({ rate: 0.5, retryAfterMs: 1000 })),
  },
  "globally-limited": {
    label: "Rate limited as a whole, for 3 seconds at a time",
    on: ({ faults }) => off(faults.rateLimit({ rate: 0.2, scope: "global", retryAfterMs: 3000 })),
  },
  errors: {
    label: "Every other request fails with an error 500",
    on: ({ faults }) => off(faults.serverError({ rate: 0.5 })),
  },
  "lost-answers": {
    label: "Every third answer is lost after the work is done",
    on: ({ faults }) => off(faults.resetAfter({ rate: 1 / 3 })),
  },
  twice: {
    label: "Every interaction is delivered twice",
    on({ faults }) {
      faults.duplicateInteractions = true;
      return () => {
        faults.duplicateInteractions = false;
      };
    },
  },
  down: {
    label: "Down: the gateway is cut and every request breaks off",
    on(discord) {
      const requests = discord.faults.resetBefore();
      discord.faults.gatewayIsDown = true;
      discord.dropGateway();
      return () => {
        requests.off();
        discord.faults.gatewayIsDown = false;
      };
    },
  },
};

type Named<Fault> = { readonly label: string; readonly fault: Fault };

const afterPieces = 12;

const chatFaults: Readonly<Record<string, Named<ChatFault>>> = {
  revealed: { label: "The model has been revealed", fault: { kind: "revealed", told: hunterRevealed } },
  "no-endpoints": { label: "The model is gone", fault: { kind: "no-endpoints" } },
  "privacy-settings": {
    label: "The account's privacy settings bar anonymous models",
    fault: { kind: "privacy-settings" },
  },
  "upstream-error": { label: "The provider fails", fault: { kind: "upstream-error" } },
  "shared-pool": {
    label: "The provider's shared pool is busy",
    fault: { kind: "shared-pool", retryAfterSeconds: 3 },
  },
  "daily-limit": { label: "The key's daily limit is used up", fault: { kind: "daily-limit" } },
  "minute-limit": { label: "The key's limit of this minute is used up", fault: { kind: "minute-limit" } },
  "negative-balance": { label: "The account's balance is negative", fault: { kind: "negative-balance" } },
  moderated: {
    label: "The question is refused for what is in it",
    fault: { kind: "moderated", reasons: ["violence"] },
  },
  "key-refused": { label: "The key is refused", fault: { kind: "key-refused" } },
  "too-long": { label: "The question is too long for the model", fault: { kind: "too-long" } },
  dies: { label: "The connection breaks in the middle of the answer", fault: { kind: "dies", afterPieces } },
  "falls-silent": {
    label: "The answer stops in the middle and says nothing",
    fault: { kind: "falls-silent", afterPieces },
  },
  "ends-early": {
    label: "The answer ends early as if nothing was missing",
    fault: { kind: "ends-early", afterPieces },
  },
  "error-in-stream": {
    label: "An error comes in the middle of the answer",
    fault: { kind: "error-in-stream", afterPieces, code: 502, errorType: "provider_unavailable" },
  },
  "network-error": { label: "The provider's network fails", fault: { kind: "network-error", afterPieces } },
  garbage: { label: "Garbage comes in the middle of the answer", fault: { kind: "garbage", afterPieces } },
  "error-after-whitespace": {
    label: "Blanks for 8 seconds, then an error",
    fault: { kind: "error-after-whitespace", afterMs: 8000, everyMs: 500 },
  },
  "only-an-error": { label: "A stream that is one error", fault: { kind: "only-an-error" } },
  "never-answers": { label: "No answer at all", fault: { kind: "never-answers" } },
  huge: { label: "An answer of two million characters", fault: { kind: "huge", characters: 2_000_000 } },
  "endless-piece": { label: "One word that never ends", fault: { kind: "endless-piece" } },
};

const catalogueFaults: Readonly<Record<string, Named<CatalogueFault>>> = {
  late: { label: "It comes 5 seconds late", fault: { kind: "late", delayMs: 5000 } },
  silent: { label: "No answer at all", fault: { kind: "silent" } },
  "too-many": { label: "Too many requests", fault: { kind: "status", status: 429, retryAfterSeconds: 5 } },
  "server-error": { label: "An error 500", fault: { kind: "status", status: 500 } },
  html: { label: "A web page that says “Back soon”", fault: { kind: "html" } },
  truncated: { label: "Half of it", fault: { kind: "truncated" } },
  "wrong-content-type": { label: "The wrong content type", fault: { kind: "wrong-content-type" } },
  "half-gone": { label: "Two thirds of all models are missing", fault: { kind: "half-gone" } },
  endless: { label: "It never ends", fault: { kind: "endless" } },
  "endless-compressed": { label: "It never ends, compressed", fault: { kind: "endless", compressed: true } },
  reset: { label: "The connection breaks in the middle", fault: { kind: "reset" } },
  redirect: { label: "It has moved elsewhere", fault: { kind: "redirect", location: "https://example.com/models" } },
  empty: { label: "An empty catalogue", fault: { kind: "body", body: '{"data":[]}' } },
};

/** Puts up a board with everything switched off. Faults of Discord add up; of the others one is on at a time. */
export function createFaultBoard({ discord, openRouter }: Machines): FaultBoard {
  const ends = new Map<string, () => void>();
  let chat: string | null = null;
  let catalogue: string | null = null;

  function one<Fault>(
    faults: Readonly<Record<string, Named<Fault>>>,
    id: string,
    machine: { break(fault: Fault): void; mend(): void },
  ): (on: boolean) => string | null | undefined {
    const named = faults[id];
    return (on) => {
      if (!named) return undefined;
      machine.mend();
      if (on) machine.break(named.fault);
      return on ? id : null;
    };
  }

  return {
    view: () => [
      ...Object.entries(discordFaults).map(([id, { label }]) => {
        return { id: `discord.${id}`, group: "Discord" as const, label, isOn: ends.has(id) };
      }),
      ...Object.entries(chatFaults).map(([id, { label }]) => {
        return { id: `chat.${id}`, group: "OpenRouter's models" as const, label, isOn: chat === id };
      }),
      ...Object.entries(catalogueFaults).map(([id, { label }]) => {
        return { id: `catalogue.${id}`, group: "OpenRouter's catalogue" as const, label, isOn: catalogue === id };
      }),
    ],
    set(wanted, on) {
      const [group, id = ""] = wanted.split(".");
      if (group === "chat" || group === "catalogue") {
        const next =
          group === "chat" ? one(chatFaults, id, openRouter.chat)(on) : one(catalogueFaults, id, openRouter)(on);
        if (next === undefined) return false;
        if (group === "chat") chat = next;
        else catalogue = next;
        return true;
      }
      const fault = group === "discord" ? discordFaults[id] : undefined;
      if (!fault) return false;
      ends.get(id)?.();
      ends.delete(id);
      if (on) ends.set(id, fault.on(discord));
      return true;
    },
  };
}
