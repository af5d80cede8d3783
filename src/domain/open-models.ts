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
  /** Puts one model in, or up to date, and leaves the rest. */
  update(serverId: string, model: OpenModel): void;
  forget(serverId: string): void;
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
    update(serverId, model) {
      const known = servers.get(serverId) ?? { memory: nothing, read: 0, changedAt: new Map() };
      const rest = known.memory.models.filter(({ modelId }) => modelId !== model.modelId);
      const memory = { labs: known.memory.labs, models: [...rest, model].sort(byListing) };
      known.changedAt.set(model.modelId, next());
      servers.set(serverId, { ...known, memory });
    },
    forget: (serverId) => void servers.delete(serverId),
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
