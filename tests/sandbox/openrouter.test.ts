import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aWireListing, marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { type SandboxOpenRouter, startOpenRouter } from "../../sandbox/openrouter/server.ts";

let openRouter: SandboxOpenRouter;

beforeEach(async () => {
  openRouter = await startOpenRouter({ catalogue: marchCatalogues().after });
});
afterEach(() => openRouter.close());

type Body = { data: { id: string }[]; links?: { next: string | null }; total_count?: number };
const get = (path: string, headers: Record<string, string> = {}) => fetch(openRouter.baseUrl + path, { headers });
const ids = async () => ((await (await get("/models")).json()) as Body).data.map(({ id }) => id);

describe("the sandbox's catalogue", () => {
  it("is served on this machine only, under the path OpenRouter has", () => {
    expect(openRouter.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);
  });

  it("holds the listings it was given, and changes when told to", async () => {
    expect(await ids()).toHaveLength(342);
    openRouter.removeListing("openrouter/hunter-alpha");
    expect(await ids()).toHaveLength(341);
    openRouter.addListing(aWireListing());
    openRouter.addListing(aWireListing({ name: "Hunter Beta" }));
    expect(await ids()).toHaveLength(342);
    openRouter.setCatalogue([aWireListing({ id: "stealth/ox-alpha" })]);
    expect(await ids()).toEqual(["stealth/ox-alpha"]);
  });

  it("answers 304 to the ETag of what it would send, until that changes", async () => {
    const etag = (await get("/models")).headers.get("etag") ?? "";
    const again = await get("/models", { "if-none-match": etag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    openRouter.removeListing("openrouter/hunter-alpha");
    expect((await get("/models", { "if-none-match": etag })).status).toBe(200);
  });

  it("comes in pages when asked to, the last of which links nowhere", async () => {
    openRouter.setPages({ size: 300, links: "relative" });
    const first = (await (await get("/models")).json()) as Body;
    expect(first).toMatchObject({ total_count: 342, links: { next: "/api/v1/models?offset=300&limit=300" } });
    const last = (await (await get("/models?offset=300&limit=300")).json()) as Body;
    expect(first.data).toHaveLength(300);
    expect(last.data).toHaveLength(42);
    expect(last.links).toEqual({ next: null });
  });

  it("loses more than half of itself as a fault, once, and is whole again", async () => {
    openRouter.break({ kind: "half-gone" }, { times: 1 });
    expect(await ids()).toHaveLength(114);
    expect(await ids()).toHaveLength(342);
  });

  it("goes wrong until it is mended", async () => {
    openRouter.break({ kind: "status", status: 429, retryAfterSeconds: 7 });
    const refused = await get("/models");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await refused.json()).toMatchObject({ error: { code: 429 } });
    expect((await get("/models")).status).toBe(429);
    openRouter.mend();
    expect((await get("/models")).status).toBe(200);
  });

  it("stops even while somebody waits for an answer", async () => {
    const other = await startOpenRouter();
    other.break({ kind: "late", delayMs: 3_600_000 });
    const waiting = fetch(`${other.baseUrl}/models`).catch(() => "cut off");
    await expect.poll(() => other.requests.length).toBe(1);
    await other.close();
    expect(await waiting).toBe("cut off");
  });
});

describe("the sandbox's endpoints of a model", () => {
  it("say Stealth for an anonymous model, and the vendor for another", async () => {
    const providerOf = async (id: string) => {
      const { data } = (await (await get(`/models/${id}/endpoints`)).json()) as {
        data: { endpoints: { provider_name: string; model_id: string }[] };
      };
      expect(data.endpoints[0]?.model_id).toBe(id);
      return data.endpoints[0]?.provider_name;
    };
    expect(await providerOf("openrouter/hunter-alpha")).toBe("Stealth");
    expect(await providerOf("xiaomi/mimo-v2-flash")).toBe("Xiaomi");
    expect(await providerOf("nvidia/nemotron-3-super-120b-a12b:free")).toBe("NVIDIA");
  });

  it("are not found for a model that is not listed, nor is any other path", async () => {
    openRouter.removeListing("openrouter/hunter-alpha");
    expect((await get("/models/openrouter/hunter-alpha/endpoints")).status).toBe(404);
    expect((await get("/nothing")).status).toBe(404);
    expect((await fetch(`${openRouter.baseUrl}/models`, { method: "POST" })).status).toBe(405);
  });
});

describe("the recorded catalogues", () => {
  it("differ by three listings on 12 March, and have MiMo in place of the Alphas on 19 March", () => {
    const { before, after, revealed } = marchCatalogues();
    const added = (from: { id: string }[], to: { id: string }[]) =>
      to.filter(({ id }) => !from.some((listing) => listing.id === id)).map(({ id }) => id);
    expect([before.length, after.length, revealed.length]).toEqual([339, 342, 350]);
    expect(added(before, after).sort()).toEqual([
      "nvidia/nemotron-3-super-120b-a12b:free",
      "openrouter/healer-alpha",
      "openrouter/hunter-alpha",
    ]);
    expect(added(after, revealed)).toEqual(expect.arrayContaining(["xiaomi/mimo-v2-pro", "xiaomi/mimo-v2-omni"]));
    expect(added(revealed, after)).toEqual(
      expect.arrayContaining(["openrouter/hunter-alpha", "openrouter/healer-alpha"]),
    );
  });

  it("hold facts only, no descriptions", () => {
    const { before, after, revealed } = marchCatalogues();
    expect([...before, ...after, ...revealed].filter((listing) => "description" in listing)).toEqual([]);
  });
});
