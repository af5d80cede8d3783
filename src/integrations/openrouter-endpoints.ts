import { z } from "zod";
import { addressOf, textWithin } from "./openrouter-page.ts";

/** A real answer has a few KB. */
const mostBytes = 1024 * 1024;

const wireEndpoints = z.object({
  data: z.object({ endpoints: z.array(z.object({ provider_name: z.string().nullish() })) }),
});

/**
 * Asks OpenRouter who serves a listing: "stealth" if any provider of it is called Stealth, "named" if all have other
 * names, "unknown" if there is none or no answer anybody can read. Never throws; sends no key.
 */
export async function readProvider(request: {
  /** As configured: https://openrouter.ai/api/v1 */
  readonly baseUrl: string;
  readonly listingId: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<"stealth" | "named" | "unknown"> {
  const { baseUrl, listingId, timeoutMs = 10_000, signal } = request;
  const path = listingId.split("/").map(encodeURIComponent).join("/");
  const url = addressOf(`${baseUrl.replace(/\/+$/, "")}/models/${path}/endpoints`);
  if (!url) return "unknown";
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json", "user-agent": "Unmask (Discord bot)" },
      redirect: "manual",
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return "unknown";
    }
    const body = await textWithin(response, mostBytes);
    const read = wireEndpoints.safeParse(JSON.parse(body?.text ?? ""));
    const names = read.success
      ? read.data.data.endpoints.flatMap(({ provider_name }) => provider_name?.trim() || [])
      : [];
    if (names.length === 0) return "unknown";
    return names.some((name) => name.toLowerCase() === "stealth") ? "stealth" : "named";
  } catch {
    return "unknown";
  }
}
