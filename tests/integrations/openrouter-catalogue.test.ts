import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aWireListing, marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import type { Fault } from "../../sandbox/openrouter/faults.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../../sandbox/openrouter/server.ts";
import { authorOf, type Listing } from "../../src/domain/listing.ts";
import { judgeStealth } from "../../src/domain/stealth.ts";
import {
  type CatalogueRead,
  type CatalogueRequest,
  readCatalogue,
} from "../../src/integrations/openrouter-catalogue.ts";

let openRouter: SandboxOpenRouter;

beforeEach(async () => {
  openRouter = await startOpenRouter({ catalogue: [aWireListing()] });
});
afterEach(() => openRouter.close());

const read = (request: Partial<CatalogueRequest> = {}) => readCatalogue({ baseUrl: openRouter.baseUrl, ...request });

async function readListings(
  request: Partial<CatalogueRequest> = {},
): Promise<Extract<CatalogueRead, { kind: "listings" }>> {
  const result = await read(request);
  if (result.kind !== "listings") throw new Error(`read ${JSON.stringify(result)}`);
  return result;
}

async function readOne(fields: Record<string, unknown>): Promise<Listing> {
  openRouter.setCatalogue([aWireListing(fields)]);
  return (await readListings()).listings[0]!;
}

describe("reading the catalogue", () => {
  it("turns an entry into the facts of a listing", async () => {
    const result = await readListings();
    expect(result.listings).toEqual([
      {
        id: "openrouter/hunter-alpha",
        name: "Hunter Alpha",
        createdAt: "2026-03-11T20:24:31.000Z",
        contextTokens: 1_048_576,
        maxOutputTokens: 65_536,
        promptUsdPerToken: "0",
        completionUsdPerToken: "0",
        inputModalities: ["text"],
        outputModalities: ["text"],
        tokenizer: "Other",
        description: null,
      },
    ]);
    expect(result.rejected).toEqual([]);
    expect(result.garbled).toEqual([]);
  });

  it("says who asks, and sends no key", async () => {
    await read();
    expect(openRouter.requests[0]?.headers["user-agent"]).toContain("Unmask");
    expect(openRouter.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("takes a base URL with a slash at its end", async () => {
    await readListings({ baseUrl: `${openRouter.baseUrl}/` });
    expect(openRouter.requests[0]?.path).toBe("/api/v1/models");
  });

  it("reads a whole recorded catalogue without leaving out an entry", async () => {
    const { before } = marchCatalogues();
    openRouter.setCatalogue(before);
    const result = await readListings();
    expect(result.listings.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(result.rejected).toEqual([]);
    expect(result.garbled).toEqual([]);
  });
});

describe("a catalogue that did not change", () => {
  it("is not sent again when the server recognises the last read", async () => {
    const { etag } = await readListings();
    expect(etag).not.toBeNull();
    expect(await read({ etag })).toEqual({ kind: "unchanged" });
  });

  it("is read again as soon as it did change", async () => {
    const { etag } = await readListings();
    openRouter.addListing(aWireListing({ id: "openrouter/healer-alpha" }));
    expect((await readListings({ etag })).listings).toHaveLength(2);
  });

  it("is not believed to be unchanged when nobody asked", async () => {
    openRouter.break({ kind: "status", status: 304 });
    expect(await read()).toMatchObject({ kind: "unreadable", why: "status", detail: "304" });
  });
});

describe("a catalogue in pages", () => {
  const many = Array.from({ length: 7 }, (_, i) => aWireListing({ id: `openrouter/model-${i}` }));

  it.each(["relative", "absolute"] as const)(
    "is read to its end by %s links, and has no ETag for the whole",
    async (links) => {
      openRouter.setCatalogue(many);
      openRouter.setPages({ size: 3, links });
      const result = await readListings();
      expect(result.listings.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
      expect(result.etag).toBeNull();
      expect(openRouter.requests).toHaveLength(3);
    },
  );

  it("is not read at all when a later page fails", async () => {
    openRouter.setCatalogue(many);
    openRouter.setPages({ size: 3, links: "relative" });
    openRouter.break({ kind: "status", status: 500 }, { after: 2 });
    expect(await read()).toMatchObject({ kind: "unreadable", why: "status" });
    expect(openRouter.requests).toHaveLength(3);
  });

  it("is not followed to another server", async () => {
    const other = await startOpenRouter({ catalogue: many });
    const next = `${other.baseUrl}/models?offset=1`;
    openRouter.break({ kind: "body", body: JSON.stringify({ data: [aWireListing()], links: { next } }) });
    expect(await read()).toMatchObject({ kind: "unreadable", why: "pages-lead-elsewhere" });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  it("is not followed in a circle", async () => {
    openRouter.break({
      kind: "body",
      body: JSON.stringify({ data: [aWireListing()], links: { next: "/api/v1/models" } }),
    });
    expect(await read()).toMatchObject({ kind: "unreadable", why: "pages-lead-elsewhere", detail: "in a circle" });
    expect(openRouter.requests).toHaveLength(1);
  });

  it("is given up when there are too many pages", async () => {
    openRouter.setCatalogue(many);
    openRouter.setPages({ size: 1, links: "relative" });
    expect(await read({ mostPages: 6 })).toMatchObject({ kind: "unreadable", why: "too-many-pages" });
    expect((await readListings({ mostPages: 7 })).listings).toHaveLength(7);
  });

  it.each([{ next: 5 }, { next: "http://" }, "next"])(
    "is not taken for whole when its links make no sense (%j)",
    async (links) => {
      openRouter.break({ kind: "body", body: JSON.stringify({ data: [aWireListing()], links }) });
      expect((await read()).kind).toBe("unreadable");
    },
  );

  it.each([null, undefined, {}, { next: null }])("is one page when it links nowhere (%j)", async (links) => {
    openRouter.break({ kind: "body", body: JSON.stringify({ data: [aWireListing()], links, total_count: 1 }) });
    expect((await readListings()).listings).toHaveLength(1);
  });
});

describe("an entry", () => {
  it("may have nothing but its id", async () => {
    openRouter.setCatalogue([{ id: "openrouter/bare" }]);
    const { listings, garbled } = await readListings();
    const { id, ...facts } = listings[0]!;
    expect(id).toBe("openrouter/bare");
    expect(new Set(Object.values(facts))).toEqual(new Set([null]));
    expect(garbled).toEqual([]);
  });

  it("that is bad is counted with its reason, and the rest goes on", async () => {
    const good = aWireListing();
    const body = JSON.stringify({
      data: [
        null,
        7,
        [],
        {},
        { id: 5 },
        { id: "" },
        { id: "a b" },
        { id: "x\u0000y" },
        { id: "\ud800/x" },
        { id: "x".repeat(201) },
        good,
        good,
      ],
    });
    openRouter.break({ kind: "body", body });
    const result = await readListings();
    expect(result.listings.map(({ id }) => id)).toEqual([good.id]);
    expect(result.rejected.map(({ position, why }) => `${position} ${why}`)).toEqual([
      ...[0, 1, 2].map((position) => `${position} not-an-object`),
      ...[3, 4, 5, 6, 7, 8, 9].map((position) => `${position} bad-id`),
      "11 duplicate",
    ]);
  });

  it("keeps what is right when another field is not", async () => {
    openRouter.setCatalogue([
      aWireListing({
        created: "yesterday",
        context_length: -1,
        architecture: { input_modalities: "text", tokenizer: "Router" },
        pricing: { prompt: "free", completion: "0.5" },
        top_provider: 3,
      }),
    ]);
    const { listings, garbled, rejected } = await readListings();
    expect(listings[0]).toMatchObject({
      name: "Hunter Alpha",
      createdAt: null,
      contextTokens: null,
      inputModalities: null,
      tokenizer: "Router",
      promptUsdPerToken: null,
      completionUsdPerToken: "0.5",
      maxOutputTokens: null,
    });
    expect(garbled).toEqual([
      {
        id: "openrouter/hunter-alpha",
        fields: ["created", "context_length", "architecture.input_modalities", "pricing.prompt", "top_provider"],
      },
    ]);
    expect(rejected).toEqual([]);
  });

  it("is cleaned of what PostgreSQL refuses: NUL and lone surrogates", async () => {
    const listing = await readOne({ name: "Hun\u0000ter \ud83dAlpha", description: "one\u0000two \udc00 three 😀" });
    expect(listing.name).toBe("Hunter \ufffdAlpha");
    expect(listing.description).toBe("onetwo \ufffd three 😀");
  });

  it("has its name on one line", async () => {
    expect((await readOne({ name: "  Hunter\n\tAlpha " })).name).toBe("Hunter Alpha");
    expect((await readOne({ name: " \n " })).name).toBeNull();
  });

  it("has huge texts cut, never through the middle of a character", async () => {
    const listing = await readOne({ name: "😀".repeat(150), description: "x".repeat(100_000) });
    expect(listing.name).toBe(`${"😀".repeat(99)}…`);
    expect(listing.description).toHaveLength(8_000);
  });

  it("costs nothing where a price is left out, and is unknown where all prices are", async () => {
    expect(await readOne({ pricing: {} })).toMatchObject({ promptUsdPerToken: "0", completionUsdPerToken: "0" });
    expect(await readOne({ pricing: null })).toMatchObject({ promptUsdPerToken: null, completionUsdPerToken: null });
    expect((await readOne({ pricing: { prompt: -1 } })).promptUsdPerToken).toBe("-1");
  });

  it("has its modalities in one order, so that a shuffled list is no change", async () => {
    const architecture = { input_modalities: ["video", "text", "image", "text"], output_modalities: ["text"] };
    expect((await readOne({ architecture })).inputModalities).toEqual(["image", "text", "video"]);
  });
});

describe("a reply that is not a catalogue", () => {
  const body = (value: unknown): Fault => ({ kind: "body", body: JSON.stringify(value) });
  const cases: [string, Fault, string][] = [
    ["a web page", { kind: "html" }, "not-json"],
    ["half of the JSON", { kind: "truncated" }, "not-json"],
    ["an empty body", { kind: "body", body: "" }, "not-json"],
    ["an error with status 200", body({ error: { message: "Provider returned error", code: 429 } }), "not-a-catalogue"],
    ["a list without its envelope", body([aWireListing()]), "not-a-catalogue"],
    ["null", body(null), "not-a-catalogue"],
    ["no models at all", body({ data: [] }), "not-a-catalogue"],
    ["nothing but bad entries", body({ data: [1, 2, {}] }), "not-a-catalogue"],
    ["too many entries", body({ data: Array.from({ length: 20_001 }, () => 0) }), "too-large"],
    ["a rate limit", { kind: "status", status: 429, retryAfterSeconds: 30 }, "status"],
    ["a server error", { kind: "status", status: 500 }, "status"],
    ["a redirect", { kind: "redirect", location: "https://example.com/" }, "status"],
    ["a connection that is reset", { kind: "reset" }, "unreachable"],
    ["a body without end", { kind: "endless" }, "too-large"],
    ["a compressed body without end", { kind: "endless", compressed: true }, "too-large"],
  ];
  it.each(cases)("is said to be unreadable: %s", async (_, fault, why) => {
    openRouter.break(fault);
    expect(await read()).toMatchObject({ kind: "unreadable", why });
  });

  it("is followed by a good one once the trouble is over", async () => {
    openRouter.break({ kind: "status", status: 500 }, { times: 1 });
    expect((await read()).kind).toBe("unreadable");
    expect((await read()).kind).toBe("listings");
  });

  it("is not one that only has a wrong content type", async () => {
    openRouter.break({ kind: "wrong-content-type" });
    expect((await read()).kind).toBe("listings");
  });

  it("is one from nobody: the port is closed, or the address is none", async () => {
    await openRouter.close();
    expect(await read()).toMatchObject({ kind: "unreadable", why: "unreachable", detail: "ECONNREFUSED" });
    expect(await read({ baseUrl: "no address" })).toMatchObject({ kind: "unreadable", why: "unreachable" });
  });

  it("never repeats the address, which may hold a password", async () => {
    const result = await read({ baseUrl: openRouter.baseUrl.replace("http://", "http://me:secret@") });
    expect(result).toMatchObject({ kind: "unreadable", why: "unreachable" });
    expect(JSON.stringify(result)).not.toContain("secret");
  });
});

describe("the time a read may take", () => {
  it("allows an answer that is only late", async () => {
    openRouter.break({ kind: "late", delayMs: 50 });
    expect((await read({ timeoutMs: 10_000 })).kind).toBe("listings");
  });

  it("ends one without an answer", async () => {
    openRouter.break({ kind: "silent" });
    expect(await read({ timeoutMs: 50 })).toMatchObject({ kind: "unreadable", why: "timed-out" });
  });

  it("ends one whose body does not end", async () => {
    openRouter.break({ kind: "endless" });
    const result = await read({ timeoutMs: 100, mostBytes: Number.MAX_SAFE_INTEGER });
    expect(result).toMatchObject({ kind: "unreadable", why: "timed-out" });
  });

  it("is over when the bot shuts down", async () => {
    openRouter.break({ kind: "silent" });
    const stop = new AbortController();
    const reading = read({ signal: stop.signal });
    await expect.poll(() => openRouter.requests.length).toBe(1);
    stop.abort();
    expect(await reading).toMatchObject({ kind: "unreadable", why: "stopped" });
  });
});

describe("March 2026, replayed", () => {
  async function newStealth(seen: readonly Listing[]): Promise<{ listings: readonly Listing[]; found: string[] }> {
    const { listings } = await readListings();
    const seenIds = new Set(seen.map(({ id }) => id));
    const seenAuthors = new Set(seen.map(({ id }) => authorOf(id)));
    const found = listings
      .filter(({ id }) => !seenIds.has(id))
      .filter((listing) => judgeStealth(listing, seenAuthors).verdict !== "ordinary");
    return { listings, found: found.map(({ name }) => name ?? "").sort() };
  }

  it("lists exactly Hunter Alpha and Healer Alpha as new stealth models after 11 March, and none on the day of the reveal", async () => {
    const { before, after, revealed } = marchCatalogues();
    openRouter.setCatalogue(before);
    const first = await newStealth([]);
    expect(first.found).toEqual([]);
    openRouter.setCatalogue(after);
    const second = await newStealth(first.listings);
    expect(second.found).toEqual(["Healer Alpha", "Hunter Alpha"]);
    openRouter.setCatalogue(revealed);
    const third = await newStealth([...first.listings, ...second.listings]);
    expect(third.found).toEqual([]);
    const gone = second.listings.filter(({ id }) => !third.listings.some((listing) => listing.id === id));
    expect(gone.map(({ name }) => name)).toEqual(expect.arrayContaining(["Hunter Alpha", "Healer Alpha"]));
  });
});
