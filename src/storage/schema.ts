// Every table there is, for migrations and for the rest of storage. Discord ids are text: they are names, never counted
// with, and do not fit a JavaScript number.
export * from "./schema/catalogue.ts";
export * from "./schema/deliveries.ts";
export * from "./schema/evidence.ts";
export * from "./schema/ledger.ts";
export * from "./schema/markets.ts";
export * from "./schema/memory.ts";
export * from "./schema/paces.ts";
export * from "./schema/polls.ts";
export * from "./schema/questions.ts";
export * from "./schema/reveals.ts";
export * from "./schema/servers.ts";
export * from "./schema/settlements.ts";
