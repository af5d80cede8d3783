/** What a model says: in the pieces it comes in, or as text that is cut into pieces by the pace. */
export type ModelAnswer = {
  readonly text: string | readonly string[];
  readonly reasoning?: string | readonly string[];
  readonly finish?: "stop" | "length" | "content_filter";
  /** Figures other than those that follow from the text. */
  readonly usage?: Partial<AnswerUsage>;
  readonly pace?: Partial<Pace>;
};

export type AnswerUsage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost: number;
};

export type Pace = {
  /** Before each piece. */
  readonly pieceMs: number;
  readonly pieceCharacters: number;
  /** Comments before the first piece that keep the line alive, and the time before each. */
  readonly comments: number;
  readonly commentMs: number;
};

/** As fast as the line takes it, in pieces of a token or two. */
export const ordinaryPace: Pace = { pieceMs: 0, pieceCharacters: 6, comments: 2, commentMs: 0 };

/** Rough, but the same every time: what matters is that figures are there. */
const charactersPerToken = 4;
export const tokensOf = (text: string) => Math.ceil(text.length / charactersPerToken);

type Piece = { readonly kind: "reasoning" | "content"; readonly text: string };

/** An answer as it goes over the wire. */
export type CutAnswer = {
  readonly pieces: readonly Piece[];
  readonly finish: string;
  readonly usage: AnswerUsage;
};

/** Cuts an answer into pieces, and off where it has used the tokens it may. */
export function cutAnswer(
  { text, reasoning = "", finish = "stop", usage }: ModelAnswer,
  { pace, prompt, mostTokens, price }: { pace: Pace; prompt: string; mostTokens: number; price: TokenPrice },
): CutAnswer {
  let left = mostTokens * charactersPerToken;
  let isCut = false;
  const cut = (kind: Piece["kind"], said: string | readonly string[]): Piece[] =>
    piecesOf(said, pace.pieceCharacters).flatMap((piece) => {
      const kept = piece.slice(0, left);
      left -= kept.length;
      isCut ||= kept.length < piece.length;
      return kept === "" ? [] : [{ kind, text: kept }];
    });
  const pieces = [...cut("reasoning", reasoning), ...cut("content", text)];
  const spoken = (kind: Piece["kind"]) => pieces.flatMap((piece) => (piece.kind === kind ? piece.text : [])).join("");
  const reasoningTokens = tokensOf(spoken("reasoning"));
  const answerTokens = reasoningTokens + tokensOf(spoken("content"));
  const promptTokens = tokensOf(prompt);
  return {
    pieces,
    finish: isCut ? "length" : finish,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: answerTokens,
      reasoning_tokens: reasoningTokens,
      cost: promptTokens * price.prompt + answerTokens * price.completion,
      ...usage,
    },
  };
}

/** US dollars a token. */
export type TokenPrice = { readonly prompt: number; readonly completion: number };

function piecesOf(said: string | readonly string[], characters: number): readonly string[] {
  if (typeof said !== "string") return said;
  const signs = [...said];
  return Array.from({ length: Math.ceil(signs.length / characters) }, (_, i) =>
    signs.slice(i * characters, (i + 1) * characters).join(""),
  );
}
