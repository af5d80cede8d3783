import { expect, it } from "vitest";
import type { ChatEnd, ChatPiece } from "../../src/domain/chat.ts";
import { createChat } from "../../src/integrations/openrouter-chat.ts";

const request = {
  listingId: "openrouter/hunter-alpha",
  turns: [{ role: "user", text: "Hi" }],
  mostTokens: 100,
} as const;

it("a server that is not there is unreachable", async () => {
  const chat = createChat({ apiKey: "sk-or-v1-test", baseUrl: "http://127.0.0.1:1/api/v1" });
  const answer = chat(request, new AbortController().signal);
  const next: IteratorResult<ChatPiece, ChatEnd> = await answer.next();
  expect(next).toEqual({ done: true, value: { kind: "failed", failure: { reason: "unreachable" }, usage: null } });
});
