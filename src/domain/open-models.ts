import type { Lab } from "./lab.ts";
import type { MarketStateName } from "./market-state.ts";

/** What autocomplete and name look-ups need of a model in one server. */
export type OpenModel = {
  readonly modelId: number;
  readonly name: string;
  readonly listingId: string;
  readonly listedAt: Date;
  readonly state: MarketStateName;
  /** Labs of the market, most guessed first. */
  readonly labs: readonly { readonly lab: string; readonly callers: number; readonly price: number }[];
};

export type ServerMemory = { readonly models: readonly OpenModel[]; readonly labs: readonly Lab[] };

/**
 * How far the books of all processes went at a moment. What is written later has higher numbers, but for what was under
 * way: the database's transactions below `endedBelow` had ended, and those from `begunBelow` on had not begun.
 */
export type Mark = {
  readonly transactionId: number;
  readonly marketId: number;
  readonly historyId: number;
  readonly endedBelow: number;
  readonly begunBelow: number;
  /** The database's time. */
  readonly at: string;
};

/** How far memory follows the books: all before `from` is in it; `next` takes its place once nothing is under way before it. */
export type Followed = { readonly from: Mark; readonly next: Mark };

/** Per server, the models and own labs kept in memory: autocomplete must not wait for a query. */
export type OpenModels = {
  /** What is known of a server; empty for one never loaded. */
  of(serverId: string): ServerMemory;
  /** Numbers a read of the database that is about to begin: `replace` takes the number. */
  beginRead(): number;
  /**
   * Replaces what is known of a server by what a read found, but for models that changed here since it began. A read
   * that began before one that is in already is dropped.
   */
  replace(serverId: string, memory: ServerMemory, read?: number): void;
  /**
   * Puts in, or up to date, what a read found of some models, but for those that changed here since it began. It is dropped
   * where a read of the whole server that began later is in already.
   */
  bringIn(serverId: string, models: readonly OpenModel[], read: number): void;
  /** Puts one model in, or up to date, and leaves the rest. */
  update(serverId: string, model: OpenModel): void;
  forget(serverId: string): void;
  /** Whether the server was ever read, and is not forgotten since. */
  isLoaded(serverId: string): boolean;
  /** Null before the first load. */
  followed(): Followed | null;
  follow(followed: Followed): void;
  /** How many of a server's changes, as all processes count them, are in here; null if nobody ever looked. */
  changesSeen(serverId: string): number | null;
  seeChanges(serverId: string, changes: number): void;
};

const nothing: ServerMemory = { models: [], labs: [] };

/** What is known of a server, the read it is from, and when its models changed since: all by the same count. */
type Known = { memory: ServerMemory; read: number; changedAt: Map<number, number> };

/** An empty memory. */
export function createOpenModels(): OpenModels {
  const servers = new Map<string, Known>();
  let moment = 0;
  const seen = new Map<string, number>();
  let followed: Followed | null = null;
  const next = () => {
    moment += 1;
    return moment;
  };
  const isNewer = ({ changedAt }: Known, read: number) => {
    return ({ modelId }: OpenModel) => (changedAt.get(modelId) ?? 0) > read;
  };
  return {
    of: (serverId) => servers.get(serverId)?.memory ?? nothing,
    beginRead: next,
    replace(serverId, { models, labs }, read = next()) {
      const known = servers.get(serverId) ?? { memory: nothing, read: 0, changedAt: new Map() };
      if (read < known.read) return;
      const newer = known.memory.models.filter(isNewer(known, read));
      const older = models.filter(({ modelId }) => newer.every((model) => model.modelId !== modelId));
      const changedAt = new Map([...known.changedAt].filter(([, at]) => at > read));
      servers.set(serverId, { memory: { labs, models: [...older, ...newer].sort(byListing) }, read, changedAt });
    },
    bringIn(serverId, models, read) {
      const known = servers.get(serverId) ?? { memory: nothing, read: 0, changedAt: new Map() };
      if (read < known.read) return;
      const changedSince = isNewer(known, read);
      const found = models.filter((model) => !changedSince(model));
      const foundIds = new Set(found.map(({ modelId }) => modelId));
      const rest = known.memory.models.filter(({ modelId }) => !foundIds.has(modelId));
      // A whole read that began earlier must not undo it.
      for (const modelId of foundIds) known.changedAt.set(modelId, read);
      servers.set(serverId, { ...known, memory: { ...known.memory, models: [...rest, ...found].sort(byListing) } });
    },
    update(serverId, model) {
      const known = servers.get(serverId) ?? { memory: nothing, read: 0, changedAt: new Map() };
      const rest = known.memory.models.filter(({ modelId }) => modelId !== model.modelId);
      const memory = { labs: known.memory.labs, models: [...rest, model].sort(byListing) };
      known.changedAt.set(model.modelId, next());
      servers.set(serverId, { memory, read: known.read, changedAt: known.changedAt });
    },
    forget: (serverId) => void servers.delete(serverId),
    isLoaded: (serverId) => (servers.get(serverId)?.read ?? 0) > 0,
    followed: () => followed,
    follow(further) {
      followed = further;
    },
    changesSeen: (serverId) => seen.get(serverId) ?? null,
    seeChanges: (serverId, changes) => void seen.set(serverId, changes),
  };
}

function byListing(a: OpenModel, b: OpenModel): number {
  return b.listedAt.getTime() - a.listedAt.getTime() || b.modelId - a.modelId;
}

function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Models whose name or listing id holds what was typed, newest first, at most `most` (Discord shows 25). */
export function suggestModels(models: readonly OpenModel[], typed: string, most = 25): OpenModel[] {
  const wanted = folded(typed);
  return models
    .filter((model) => folded(model.name).includes(wanted) || folded(model.listingId).includes(wanted))
    .slice(0, most);
}

/** The one model a member means: by id (as autocomplete fills in), name or listing id; null if none or several fit. */
export function findModel(models: readonly OpenModel[], typed: string): OpenModel | null {
  const byId = models.find((model) => String(model.modelId) === typed.trim());
  if (byId) return byId;
  const wanted = folded(typed);
  if (wanted === "") return null;
  const exact = models.filter((model) =>
    [model.name, model.listingId, model.listingId.split("/").at(-1) ?? ""].some((name) => folded(name) === wanted),
  );
  if (exact.length === 1) return exact[0] ?? null;
  const loose = models.filter((model) => folded(model.name).startsWith(wanted));
  return exact.length === 0 && loose.length === 1 ? (loose[0] ?? null) : null;
}
