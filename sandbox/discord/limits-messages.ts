import { componentProblems } from "./limits-components.ts";
import type { FieldProblem } from "./refusal.ts";
import { isRaw, MessageFlag, type Raw, rawList, text } from "./wire.ts";

const MAX_CONTENT = 2000;
const MAX_EMBED_TOTAL = 6000;
const MAX_EMBEDS = 10;
const MAX_FILES = 10;
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_POLL_ANSWER = 55;
const MAX_POLL_QUESTION = 300;

export interface MessageRequest {
  body: Raw;
  files: { name: string; bytes: Uint8Array }[];
  /** Flags of the message as it was, for edits. */
  flagsBefore?: number;
  /** Whether the message answers an interaction (and may therefore be ephemeral). */
  interaction: boolean;
}

/** What Discord has against a message, beyond its schemas. Fields are checked where they are given. */
export function messageProblems(request: MessageRequest): FieldProblem[] {
  const { body } = request;
  const flags = typeof body.flags === "number" ? body.flags : 0;
  const v2 = ((flags | (request.flagsBefore ?? 0)) & MessageFlag.ComponentsV2) !== 0;
  return [
    ...contentProblems(body),
    ...embedProblems(rawList(body.embeds)),
    ...componentProblems(rawList(body.components), v2),
    ...(v2 ? v2Exclusions(body) : []),
    ...flagProblems(flags, request),
    ...mentionProblems(body.allowed_mentions),
    ...nonceProblems(body),
    ...(isRaw(body.poll) ? pollProblems(body.poll) : []),
    ...fileProblems(request),
  ];
}

function contentProblems(body: Raw): FieldProblem[] {
  if (text(body.content).length <= MAX_CONTENT) return [];
  return [problem(["content"], "BASE_TYPE_MAX_LENGTH", `Must be ${MAX_CONTENT} or fewer in length.`)];
}

function embedProblems(embeds: Raw[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (embeds.length > MAX_EMBEDS) {
    problems.push(problem(["embeds"], "BASE_TYPE_MAX_LENGTH", `Must be ${MAX_EMBEDS} or fewer in length.`));
  }
  const total = embeds.reduce((sum, embed) => sum + embedLength(embed), 0);
  if (total > MAX_EMBED_TOTAL) {
    const message = `Embed size exceeds maximum size of ${MAX_EMBED_TOTAL}: ${total}.`;
    problems.push(problem(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", message));
  }
  embeds.forEach((embed, at) => {
    const filled = ["title", "description", "url", "author", "footer", "image", "thumbnail", "timestamp"];
    if (!filled.some((key) => embed[key]) && rawList(embed.fields).length === 0) {
      problems.push(problem(["embeds", at, "description"], "BASE_TYPE_REQUIRED", "This field is required"));
    }
    rawList(embed.fields).forEach((field, index) => {
      for (const key of ["name", "value"]) {
        if (text(field[key]).trim() === "") {
          problems.push(problem(["embeds", at, "fields", index, key], "BASE_TYPE_REQUIRED", "This field is required"));
        }
      }
    });
    if (isRaw(embed.footer) && !text(embed.footer.text)) {
      problems.push(problem(["embeds", at, "footer", "text"], "BASE_TYPE_REQUIRED", "This field is required"));
    }
    if (isRaw(embed.author) && !text(embed.author.name)) {
      problems.push(problem(["embeds", at, "author", "name"], "BASE_TYPE_REQUIRED", "This field is required"));
    }
  });
  return problems;
}

function embedLength(embed: Raw): number {
  const fields = rawList(embed.fields).map((field) => text(field.name) + text(field.value));
  const footer = isRaw(embed.footer) ? text(embed.footer.text) : "";
  const author = isRaw(embed.author) ? text(embed.author.name) : "";
  return [text(embed.title), text(embed.description), footer, author, ...fields].join("").length;
}

function v2Exclusions(body: Raw): FieldProblem[] {
  const barred = (["content", "embeds", "poll", "sticker_ids"] as const).filter((key) => {
    const value = body[key];
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  });
  return barred.map((key) =>
    problem([key], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", `${key} cannot be used with components v2.`),
  );
}

function flagProblems(flags: number, request: MessageRequest): FieldProblem[] {
  const before = request.flagsBefore;
  if (!request.interaction && flags & MessageFlag.Ephemeral) {
    return [problem(["flags"], "BASE_TYPE_CHOICES", "Only the answer to an interaction can be ephemeral.")];
  }
  const drops = before !== undefined && "flags" in request.body && !(flags & MessageFlag.ComponentsV2);
  if (drops && before & MessageFlag.ComponentsV2) {
    return [
      problem(["flags"], "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "The components-v2 flag cannot be removed."),
    ];
  }
  return [];
}

function mentionProblems(allowed: unknown): FieldProblem[] {
  if (!isRaw(allowed) || !Array.isArray(allowed.parse)) return [];
  const { parse } = allowed;
  return (["users", "roles"] as const)
    .filter((kind) => parse.includes(kind) && Array.isArray(allowed[kind]) && allowed[kind].length > 0)
    .map((kind) =>
      problem(
        ["allowed_mentions"],
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        `parse:["${kind}"] excludes ${kind}: [ids…].`,
      ),
    );
}

function nonceProblems(body: Raw): FieldProblem[] {
  const { nonce } = body;
  if (typeof nonce === "string" && nonce.length > 25) {
    return [problem(["nonce"], "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")];
  }
  return [];
}

function pollProblems(poll: Raw): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const question = isRaw(poll.question) ? text(poll.question.text) : "";
  if (question.length < 1 || question.length > MAX_POLL_QUESTION) {
    const message = `Must be between 1 and ${MAX_POLL_QUESTION} in length.`;
    problems.push(problem(["poll", "question", "text"], "BASE_TYPE_BAD_LENGTH", message));
  }
  if (isRaw(poll.question) && poll.question.emoji) {
    problems.push(problem(["poll", "question", "emoji"], "BASE_TYPE_CHOICES", "A question is text alone."));
  }
  rawList(poll.answers).forEach((answer, at) => {
    const words = isRaw(answer.poll_media) ? text(answer.poll_media.text) : "";
    if (words.length < 1 || words.length > MAX_POLL_ANSWER) {
      const message = `Must be between 1 and ${MAX_POLL_ANSWER} in length.`;
      problems.push(problem(["poll", "answers", at, "poll_media", "text"], "BASE_TYPE_BAD_LENGTH", message));
    }
  });
  return problems;
}

function fileProblems(request: MessageRequest): FieldProblem[] {
  const { files, body } = request;
  const problems: FieldProblem[] = [];
  if (files.length > MAX_FILES) {
    problems.push(problem(["files"], "BASE_TYPE_MAX_LENGTH", `Must be ${MAX_FILES} or fewer in length.`));
  }
  if (files.reduce((sum, file) => sum + file.bytes.length, 0) > MAX_FILE_BYTES) {
    problems.push(problem(["files"], "REQUEST_ENTITY_TOO_LARGE", "The files are larger than 10 MiB together."));
  }
  const known = new Set([...files.map((file) => file.name), ...rawList(body.attachments).map((file) => file.filename)]);
  const referred = JSON.stringify([body.embeds ?? [], body.components ?? []]).matchAll(/"attachment:\/\/([^"]+)"/g);
  for (const [, name] of referred) {
    if (!known.has(name)) {
      problems.push(problem(["attachments"], "ATTACHMENT_NOT_FOUND", `attachment://${name} is not among the files.`));
    }
  }
  return problems;
}

function problem(path: (string | number)[], code: string, message: string): FieldProblem {
  return { path, code, message };
}
