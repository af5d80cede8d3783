import type { MarketStateName } from "./card.ts";
import type { Lab } from "./lab.ts";

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
  /** Counts changes: asked before a read of the database, it tells `replace` how old that read is. */
  version(): number;
  /** Replaces all that is known of a server, unless some of it changed since that version: then the next read is waited for. */
  replace(serverId: string, memory: ServerMemory, readSince?: number): void;
  /** Puts one model in, or up to date, and leaves the rest. */
  update(serverId: string, model: OpenModel): void;
  forget(serverId: string): void;
};

const nothing: ServerMemory = { models: [], labs: [] };

/** An empty memory. */
export function createOpenModels(): OpenModels {
  const servers = new Map<string, ServerMemory>();
  const changedAt = new Map<string, number>();
  let version = 0;
  const keep = (serverId: string, memory: ServerMemory) => {
    version += 1;
    changedAt.set(serverId, version);
    servers.set(serverId, memory);
  };
  return {
    of: (serverId) => servers.get(serverId) ?? nothing,
    version: () => version,
    replace(serverId, memory, readSince = version) {
      if ((changedAt.get(serverId) ?? 0) <= readSince) keep(serverId, memory);
    },
    update(serverId, model) {
      const { models, labs } = servers.get(serverId) ?? nothing;
      const rest = models.filter((known) => known.modelId !== model.modelId);
      keep(serverId, { labs, models: [...rest, model].sort(byListing) });
    },
    forget(serverId) {
      servers.delete(serverId);
      changedAt.delete(serverId);
    },
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
