import { gzipSync } from "node:zlib";
import { makeDatabase } from "../../sandbox/demo/database.ts";
import { marchCatalogues, type WireListing } from "../../sandbox/openrouter/catalogues.ts";
import { replay } from "../../sandbox/replay/play.ts";
import type { Recorded } from "../../sandbox/replay/recorded.ts";
import { paceOf } from "../../sandbox/replay/report.ts";

const minuteMs = 60_000;

/** Prints catalogues a second and memory, over catalogues made from the facts of March 2026. */
export async function benchReplay(): Promise<void> {
  const { database, remove } = await makeDatabase(undefined);
  try {
    const catalogues = madeCatalogues(300);
    console.log(
      `replay, ${marchCatalogues().after.length} listings each: ${paceOf(await replay(database.db, catalogues))}`,
    );
  } finally {
    await remove();
  }
}

/**
 * Catalogues five minutes apart. Each lacks a few listings of the one before, has other prices in some and descriptions as
 * long as real ones; every tenth brings a new anonymous model, and every third is as the last one was.
 */
function madeCatalogues(count: number): Recorded[] {
  const description = "What this model is said to be good at, in words nobody reads. ".repeat(12);
  const facts = marchCatalogues().before;
  let listings: WireListing[] = [];
  return Array.from({ length: count }, (_, n) => {
    if (n % 3 !== 2) {
      const stealth = Array.from({ length: Math.floor(n / 10) }, (_each, i) => ({
        id: `stealth/made-${i}`,
        name: `Made ${i}`,
        pricing: { prompt: "0", completion: "0" },
      }));
      const ordinary = facts
        .filter((_listing, i) => (i + n) % 97 !== 0)
        .map((listing, i) => ({
          ...listing,
          description,
          ...((i + n) % 41 === 0 ? { pricing: { prompt: `0.00000${(n % 9) + 1}`, completion: "0.00001" } } : {}),
        }));
      listings = [...ordinary, ...stealth.slice(-20)];
    }
    const body = gzipSync(JSON.stringify({ data: listings }));
    return {
      file: `made ${n}`,
      at: new Date(Date.UTC(2026, 2, 11) + n * 5 * minuteMs),
      gzipped: () => body,
    };
  });
}
