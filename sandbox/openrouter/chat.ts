import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./body.ts";
import type { WireListing } from "./catalogues.ts";
import { type CutAnswer, cutAnswer, type ModelAnswer, ordinaryPace, type Pace, tokensOf } from "./chat-answer.ts";
import { type ChatFault, isOpeningFault, isStreamFault, sendOpeningFault } from "./chat-faults.ts";
import { type RevealTold, refusalFor, type WireRefusal } from "./chat-refusals.ts";
import { type ChatQuestion, readQuestion } from "./chat-request.ts";
import { type Envelope, streamAnswer, type UsagePlace, usageOnWire } from "./chat-stream.ts";
import { faultQueue } from "./fault-queue.ts";
import { providerOf } from "./provider.ts";
import { answerInVoice } from "./voices.ts";

/** A question a model was asked, for tests to look at. */
export type SeenQuestion = ChatQuestion & {
  readonly headers: IncomingHttpHeaders;
  /** Refused covers whatever is no answer from its beginning. */
  state: "answering" | "answered" | "broken" | "hung-up" | "refused";
};

type Script = ModelAnswer | ((question: ChatQuestion) => ModelAnswer);

/** The models behind the catalogue: what they answer, how fast, and what goes wrong. */
export type SandboxChat = {
  /** The one key that is accepted. */
  readonly apiKey: string;
  /** Every question that could be read, oldest first. */
  readonly questions: readonly SeenQuestion[];
  /** What a model answers from now on; null: as it speaks by itself. */
  answer(model: string, script: Script | null): void;
  /** How fast every model speaks whose answer does not say otherwise. */
  setPace(pace: Partial<Pace>): void;
  setUsagePlace(place: UsagePlace): void;
  /** From now on a question to this model is refused with its reveal; it need not be listed. */
  reveal(model: string, told: RevealTold): void;
  /** Answers go wrong in this way: `times` of them (all until `mend`), after `after` right ones (none). */
  break(fault: ChatFault, when?: { times?: number; after?: number; model?: string }): void;
  mend(): void;
};

export type ChatDesk = SandboxChat & {
  /** Answers POST /chat/completions. */
  respond(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

const mostBodyBytes = 4 * 1024 * 1024;
const firstGeneratedAt = 1_773_260_700;

export function createChatDesk(catalogue: () => readonly WireListing[], apiKey: string): ChatDesk {
  const questions: SeenQuestion[] = [];
  const scripts = new Map<string, Script>();
  const reveals = new Map<string, RevealTold>();
  const faults = faultQueue<ChatFault>();
  let pace: Pace = ordinaryPace;
  let usagePlace: UsagePlace = "alone";

  /** Why a question is not answered, in the order OpenRouter looks. */
  function refusalOf(question: ChatQuestion, listing: WireListing | undefined): WireRefusal | null {
    const told = reveals.get(question.model);
    if (told) return refusalFor({ kind: "revealed", told }, question.model);
    if (!listing) return refusalFor({ kind: "no-endpoints" }, question.model);
    const context = listing.context_length;
    const tokens = tokensOf(question.turns.map(({ text }) => text).join(""));
    return typeof context === "number" && tokens > context ? refusalFor({ kind: "too-long" }, question.model) : null;
  }

  function cut(question: ChatQuestion, listing: WireListing, script: ModelAnswer, itsPace: Pace): CutAnswer {
    const { prompt = 0, completion = 0 } = (listing.pricing ?? {}) as Record<string, string>;
    return cutAnswer(script, {
      pace: itsPace,
      prompt: question.turns.map(({ text }) => text).join("\n"),
      mostTokens: question.mostTokens,
      price: { prompt: Number(prompt), completion: Number(completion) },
    });
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      return refuse(response, refusalFor({ kind: "key-refused" }, ""));
    }
    const body = await readBody(request, mostBodyBytes);
    if (body === null)
      return refuse(response, { status: 413, error: { message: "The body is too large.", code: 413 } });
    const question = readQuestion(body);
    if ("refusal" in question) {
      return refuse(response, { status: 400, error: { message: question.refusal, code: 400 } });
    }
    const seen: SeenQuestion = { ...question, headers: request.headers, state: "answering" };
    questions.push(seen);
    response.on("close", () => {
      if (seen.state === "answering") seen.state = "hung-up";
    });

    const fault = faults.next(question.model);
    const listing = catalogue().find(({ id }) => id === question.model);
    if (fault && isOpeningFault(fault)) {
      await sendOpeningFault(response, fault);
      if (fault.kind !== "never-answers" && seen.state === "answering") seen.state = "refused";
      return;
    }
    const streamFault = fault && isStreamFault(fault) ? fault : null;
    const refusal = fault && !isStreamFault(fault) ? refusalFor(fault, question.model) : refusalOf(question, listing);
    if (refusal || !listing) {
      seen.state = "refused";
      return refuse(response, refusal ?? refusalFor({ kind: "no-endpoints" }, question.model));
    }
    const script = scripts.get(question.model) ?? answerInVoice;
    const said = typeof script === "function" ? script(question) : script;
    const itsPace = { ...pace, ...said.pace };
    const answer = cut(question, listing, said, itsPace);
    const envelope: Envelope = {
      id: `gen-${firstGeneratedAt + questions.length}-sandbox`,
      created: firstGeneratedAt + questions.length,
      model: question.model,
      provider: providerOf(listing),
    };
    if (!question.isStream) {
      sendWhole(response, envelope, answer, streamFault?.kind === "network-error");
      seen.state = "answered";
      return;
    }
    const isWhole = await streamAnswer(response, { envelope, answer, pace: itsPace, usagePlace, fault: streamFault });
    if (seen.state === "answering") seen.state = isWhole ? "answered" : streamFault ? "broken" : "hung-up";
  }

  return {
    apiKey,
    questions,
    answer(model, script) {
      if (script === null) scripts.delete(model);
      else scripts.set(model, script);
    },
    setPace: (wanted) => {
      pace = { ...pace, ...wanted };
    },
    setUsagePlace: (place) => {
      usagePlace = place;
    },
    reveal: (model, told) => void reveals.set(model, told),
    break: faults.break,
    mend: faults.mend,
    respond,
  };
}

function refuse(response: ServerResponse, { status, headers, error }: WireRefusal): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ error, user_id: "user_sandbox" }));
}

/** An answer to a question that did not ask for a stream. */
function sendWhole(response: ServerResponse, envelope: Envelope, answer: CutAnswer, isNetworkError: boolean): void {
  const spoken = (wanted: string) => answer.pieces.map(({ kind, text }) => (kind === wanted ? text : "")).join("");
  const message = isNetworkError
    ? { role: "assistant", content: null, refusal: null, reasoning: null }
    : { role: "assistant", content: spoken("content"), refusal: null, reasoning: spoken("reasoning") || null };
  const finish = isNetworkError ? "stop" : answer.finish;
  const native = isNetworkError ? "network_error" : answer.finish;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      ...envelope,
      object: "chat.completion",
      choices: [{ index: 0, finish_reason: finish, native_finish_reason: native, message }],
      ...(isNetworkError ? {} : { usage: usageOnWire(answer) }),
    }),
  );
}
