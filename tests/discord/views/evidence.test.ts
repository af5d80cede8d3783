import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modalProblems } from "../../../sandbox/discord/limits-components.ts";
import {
  evidenceMessage,
  evidenceView,
  evidenceWithdrawn,
  notes,
  voteCounted,
  withoutFiles,
} from "../../../src/discord/views/evidence.ts";
import { evidenceBoardView } from "../../../src/discord/views/evidence-board.ts";
import * as forms from "../../../src/discord/views/evidence-forms.ts";
import { evidenceBarred, evidenceLacks, evidenceRefusal } from "../../../src/discord/views/evidence-refusals.ts";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import type { MessageView, ModalView } from "../../../src/discord/views/message.ts";
import { evidenceKinds, evidenceLimits } from "../../../src/domain/evidence.ts";
import { completed } from "../../../src/domain/evidence-draft.ts";
import { readLink } from "../../../src/domain/evidence-link.ts";
import { fileProblems, type KeptFile } from "../../../src/domain/kept-file.ts";
import { hostileText, limitsBroken, schemaBroken, unescaped } from "../hostile.ts";
import * as made from "../made.ts";
import { markdownOf } from "../reading.ts";

const reader = { memberId: "1", moderates: true };

/** All that was given with a form, or kept until one is filled in. */
const aDraft = (text: string) =>
  ({
    modelId: 42,
    lab: text,
    stance: "for",
    kind: "self",
    text,
    link: null,
    files: [],
    source: null,
  }) as const;

/** Every view of evidence, filled to the brim with one hostile text wherever somebody else's words can stand. */
function fullViews(text: string): Record<string, MessageView> {
  const slugs = Array.from({ length: 40 }, (_, i) => `own-${i}`);
  const labs = slugs.map((slug) => ({
    slug,
    name: text.slice(0, 100),
    aliases: [],
    parent: null,
    country: null,
    prefixes: [],
  }));
  const names = labNames(labs);
  const modelName = text;
  const file = (i: number): KeptFile => ({
    ...{ attachmentId: `${i}`, name: text.slice(0, 100), contentType: "", sizeBytes: 1, sha256: null },
    problem: fileProblems[i % fileProblems.length] ?? "gone",
  });
  const piece = made.aPiece({
    modelName,
    memberName: text,
    lab: "own-1",
    text: text.slice(0, evidenceLimits.textCharacters),
    link: `https://example.com/?${"`|".repeat(200)}${"a".repeat(70)}`,
    source: { kind: "message", channelId: "1".repeat(19), messageId: "1".repeat(19), authorId: "1", authorName: text },
    files: Array.from({ length: 5 }, (_, i) => file(i)),
    hiddenReason: text.slice(0, 300),
    convincing: 1_000_000,
    weak: 1_000_000,
    alike: [1_000_000_001, 1_000_000_002, 1_000_000_003],
  });
  const restored = { ...piece, restoredReason: text.slice(0, 300) };
  const given = { piece: restored, copies: [], missing: [text, text, text, text] };
  const withFiles = { ...given, copies: [{ name: "a.png", path: "a.png" }] };
  const board = made.anEvidenceBoard({ modelName, kind: "size", page: 5, pages: 99_999, hiddenCount: 30 });
  const hidden = Array.from({ length: 3 }, () => ({ evidenceId: 1_000_000_000, hiddenReason: text }));
  const counted = (lab: string) => ({ lab, for: 1_000_000, against: 1_000_000 });
  const pieces = Array.from({ length: 30 }, (_, i) => ({ ...restored, evidenceId: 1_000_000_000 + i }));
  const draft = aDraft(text);
  const barred = { evidenceId: 1_000_000_000, hiddenReason: text };
  return {
    view: evidenceView(withFiles, names, reader, notes.hide),
    hiddenView: evidenceView({ ...given, piece: { ...piece, state: "hidden" } }, names, reader, notes.hide),
    waiting: evidenceView({ ...given, waits: true }, names, { memberId: "2", moderates: true }),
    posted: evidenceMessage(given, names),
    postedHidden: evidenceMessage({ ...given, piece: { ...piece, state: "hidden" } }, names),
    withoutFiles: withoutFiles(evidenceMessage(withFiles, names), 7),
    voted: voteCounted(piece, "weak", "same"),
    withdrawn: evidenceWithdrawn({ ...piece, state: "withdrawn" }, names),
    hiddenAndWithdrawn: evidenceView({ ...given, piece: { ...piece, state: "withdrawn" } }, names, reader, notes.allow),
    hiddenBefore: evidenceRefusal({ reason: "hidden-before", ...barred }, names),
    board: evidenceBoardView(
      {
        ...board,
        hidden,
        labs: slugs.slice(0, 15).map((lab, i) => ({ ...counted(lab), strongest: pieces.slice(2 * i, 2 * i + 2) })),
      },
      names,
    ),
    boardOfLab: evidenceBoardView(
      {
        ...board,
        hidden,
        lab: "own-1",
        labs: [{ ...counted("own-1"), strongest: [] }],
        pieces,
      },
      names,
    ),
    emptyBoard: evidenceBoardView({ ...board, lab: "own-1" }, names),
    pickLab: forms.pickLabView("1".repeat(19), draft, { models: [], labs }),
    gone: forms.draftGone(text),
    barred: evidenceBarred({ reason: "hidden-from-you", ...barred }, names),
    closed: evidenceBarred({ reason: "model-closed", modelName }, names),
    settled: forms.withText(
      evidenceRefusal({ reason: "model-settled", modelName, builders: slugs.slice(0, 2) }, names),
      text,
    ),
    badLink: forms.withText(evidenceRefusal({ reason: "bad-link", typed: text }, names), text),
    noFile: evidenceRefusal({ reason: "no-file-kept", files: piece.files }, names),
  };
}

function fullForms(text: string): Record<string, ModalView> {
  const models = Array.from({ length: 30 }, (_, i) => ({
    ...{ modelId: i, name: text, listingId: text, listedAt: made.listed },
    ...({ state: "open", labs: [] } as const),
  }));
  return {
    new: forms.newEvidenceForm("42", text),
    text: forms.evidenceTextForm("1", text, true),
    message: forms.messageForm("1", models, text),
    reason: forms.reasonForm("hide", "1"),
  };
}

describe("whatever members write into evidence", () => {
  it("every message and every form stays within Discord's limits", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const [name, view] of Object.entries(fullViews(text))) expect(limitsBroken(view), name).toEqual([]);
        for (const [name, form] of Object.entries(fullForms(text))) {
          expect(modalProblems(JSON.parse(JSON.stringify(form))), name).toEqual([]);
        }
      }),
      { numRuns: 50, examples: [["`".repeat(4000)], ["a\n".repeat(2000)], ["\u202Eש".repeat(2000)]] },
    );
  });

  it("every message has the form Discord publishes", () => {
    for (const [name, { files: _, ...view }] of Object.entries(fullViews("[x](https://e.example)".repeat(200)))) {
      expect(schemaBroken(view), name).toEqual([]);
    }
  });

  it("no message mentions, links, hides or opens a code block because of it", () => {
    const links = /<https:\/\/example\.com\/[^>]*>|https:\/\/discord\.com\/channels\/[\d/]+/g;
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const [name, view] of Object.entries(fullViews(text))) {
          const shown = unescaped(markdownOf(view).replaceAll(links, ""));
          expect(shown, name).not.toMatch(/@everyone|@here|\]\(|`|<[@#]\D*12345|\|\||https:\/\/|\u202E|^(> )?#+ /m);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("who filed it and its votes are read, however much else there is to say", () => {
    for (const text of ["`".repeat(4000), "a\n".repeat(2000)]) {
      const { view } = fullViews(text);
      expect(view && markdownOf(view)).toMatch(/Filed by .*\nVotes: \*\*1,000,000 convincing/);
    }
  });

  it("a link opens no code and no spoiler around what follows", () => {
    const link = readLink("https://example.com/?a=`||b", 500);
    expect(
      markdownOf(evidenceMessage({ piece: made.aPiece({ link }), copies: [], missing: [] }, labNames([]))),
    ).toContain("<https://example.com/?a=%60%7C%7Cb>");
  });
});

it("what a form did not tell is asked for by its name", () => {
  const draft = { ...aDraft("It says so."), lab: "xiaomi" };
  const words = (changes: object) => {
    const missing = completed({ ...draft, ...changes });
    return typeof missing === "string" ? evidenceLacks(missing).content : "nothing";
  };
  expect(words({})).toBe("nothing");
  expect(words({ modelId: null })).toContain("I know no such model here");
  expect(words({ lab: null })).toContain("which lab it is about");
  expect(words({ stance: null })).toContain("whether it points to the lab or away");
  expect(words({ kind: null })).toContain("what kind of evidence it is");
  expect(evidenceKinds).toContain(draft.kind);
});
