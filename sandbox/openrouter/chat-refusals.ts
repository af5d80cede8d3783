/** A refusal as it goes over the wire. */
export type WireRefusal = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error: { readonly message: string; readonly [field: string]: unknown };
};

/** What OpenRouter says of a model that is no longer anonymous. */
export type RevealTold = {
  readonly name: string;
  /** As it stands in the sentence: "March 18th". */
  readonly day: string;
  readonly officialName: string;
  readonly officialId: string;
  /** A link in the sentence until August 2026, an object beside it since. */
  readonly shape: "link" | "availability";
};

/** The reasons not to answer that were recorded in the wild, with the fields they had; the words are placeholders. */
export type RefusalFault =
  | { readonly kind: "revealed"; readonly told: RevealTold }
  | { readonly kind: "no-endpoints" }
  | { readonly kind: "privacy-settings" }
  | { readonly kind: "upstream-error"; readonly isByok?: boolean }
  | { readonly kind: "shared-pool"; readonly retryAfterSeconds?: number }
  | { readonly kind: "daily-limit"; readonly shape?: "sentence" | "source"; readonly resetAt?: Date }
  | { readonly kind: "minute-limit"; readonly resetAt?: Date }
  | { readonly kind: "negative-balance" }
  | { readonly kind: "moderated"; readonly reasons: readonly string[] }
  | { readonly kind: "key-refused" }
  | { readonly kind: "too-long" };

export const hunterRevealed: RevealTold = {
  name: "Hunter Alpha",
  day: "March 18th",
  officialName: "MiMo-V2-Pro",
  officialId: "xiaomi/mimo-v2-pro",
  shape: "link",
};

export const healerRevealed: RevealTold = {
  name: "Healer Alpha",
  day: "March 18th",
  officialName: "MiMo-V2-Omni",
  officialId: "xiaomi/mimo-v2-omni",
  shape: "link",
};

/** The refusal of a question to this model. */
export function refusalFor(fault: RefusalFault, model: string): WireRefusal {
  switch (fault.kind) {
    case "revealed":
      return revealed(fault.told, model);
    case "no-endpoints":
      return { status: 404, error: { message: `No endpoints found for ${model}.`, code: 404 } };
    case "privacy-settings":
      return {
        status: 404,
        error: {
          message: "No endpoints for this data policy. Settings: https://openrouter.ai/settings/privacy",
          code: 404,
        },
      };
    case "upstream-error": {
      const byok = fault.isByok === undefined ? {} : { is_byok: fault.isByok };
      return { status: 400, error: providerError(400, { raw: "ERROR", ...byok }) };
    }
    case "shared-pool": {
      const wait = fault.retryAfterSeconds;
      return {
        status: 429,
        ...(wait === undefined ? {} : { headers: { "retry-after": String(wait) } }),
        error: providerError(429, {
          raw: "placeholder: the pool is busy",
          is_byok: false,
          limit_source: "upstream_provider_shared_pool",
          remedy_hint: "placeholder: what to do",
        }),
      };
    }
    case "daily-limit":
      return fault.shape === "source"
        ? limit("Rate limit exceeded", 1_000, fault.resetAt, { limit_source: "openrouter_free_tier_daily" })
        : limit("Rate limit exceeded: free-models-per-day", 50, fault.resetAt);
    case "minute-limit":
      return limit("Rate limit exceeded: free-models-per-min", 20, fault.resetAt);
    case "negative-balance":
      return { status: 402, error: { message: "The balance is negative, for free models too.", code: 402 } };
    case "moderated":
      return {
        status: 403,
        error: {
          message: "The input was flagged.",
          code: 403,
          metadata: { reasons: fault.reasons, flagged_input: "…", provider_name: "Stealth", model_slug: model },
        },
      };
    case "key-refused":
      return { status: 401, error: { message: "The key is not known.", code: 401 } };
    case "too-long":
      return {
        status: 400,
        error: { message: "Too many tokens.", code: 400, metadata: { error_type: "context_length_exceeded" } },
      };
  }
}

function revealed({ name, day, officialName, officialId, shape }: RevealTold, model: string): WireRefusal {
  const ending = `revealed on ${day} as an early testing version of ${officialName}.`;
  if (shape === "link") {
    const message = `${name} was a stealth model ${ending} Find it here: https://openrouter.ai/${officialId}`;
    return { status: 404, error: { message, code: 404 } };
  }
  return {
    status: 404,
    error: {
      message: `${name} was a stealth model, ${ending}`,
      error_type: "not_found",
      http_status: 404,
      availability: {
        code: "model_deprecated",
        retryable: false,
        requested_models: [model],
        fallback_models: [officialId],
        docs_url: "https://openrouter.ai/docs/errors#model_deprecated",
      },
    },
  };
}

function providerError(code: number, metadata: object) {
  return { message: "Provider returned error", code, metadata: { provider_name: "Stealth", ...metadata } };
}

/** The key's own limits are told in headers, which stand in the error's metadata once more. */
function limit(message: string, most: number, resetAt: Date | undefined, metadata: object = {}): WireRefusal {
  const headers = {
    "X-RateLimit-Limit": String(most),
    "X-RateLimit-Remaining": "0",
    ...(resetAt ? { "X-RateLimit-Reset": String(resetAt.getTime()) } : {}),
  };
  return { status: 429, error: { message, code: 429, metadata: { headers, ...metadata } } };
}
