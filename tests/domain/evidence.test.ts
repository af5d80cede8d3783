import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanLines } from "../../src/domain/clean-text.ts";
import {
  byVotes,
  evidenceLimits,
  mayRead,
  takesEvidence,
  whyNotModerate,
  whyNotVote,
  whyNotWithdraw,
} from "../../src/domain/evidence.ts";
import { linkIn, normaliseLink, readLink } from "../../src/domain/evidence-link.ts";
import { uploadName } from "../../src/domain/kept-file.ts";
import { bringsBack, saysTheSame } from "../../src/domain/same-evidence.ts";
import { hostileText } from "../discord/hostile.ts";

const piece = { evidenceId: 7, memberId: "ann", state: "shown", hiddenReason: null, restoredReason: null } as const;
const open = { name: "Hunter Alpha", state: "open" } as const;

describe("who may do what with a piece", () => {
  it("only its author withdraws it, once, hidden or not", () => {
    expect(whyNotWithdraw(piece, "ann")).toBeNull();
    expect(whyNotWithdraw({ ...piece, state: "hidden" }, "ann")).toBeNull();
    expect(whyNotWithdraw(piece, "bob")?.reason).toBe("own-only");
    expect(whyNotWithdraw({ ...piece, state: "withdrawn" }, "ann")?.reason).toBe("already-withdrawn");
  });

  it("everybody but its author votes on it, while it is shown and its model open or frozen", () => {
    expect(whyNotVote(piece, open, "bob")).toBeNull();
    expect(whyNotVote(piece, { ...open, state: "frozen" }, "bob")).toBeNull();
    expect(whyNotVote(piece, open, "ann")?.reason).toBe("own-evidence");
    expect(whyNotVote({ ...piece, state: "hidden" }, open, "bob")?.reason).toBe("already-hidden");
    expect(whyNotVote(piece, { ...open, state: "settled" }, "bob")?.reason).toBe("model-closed");
    expect(takesEvidence("void")).toBe(false);
  });

  it("moderators hide what is shown and restore what is hidden, withdrawn since or not, and nothing else that was withdrawn", () => {
    expect(whyNotModerate(piece, "hide")).toBeNull();
    expect(whyNotModerate(piece, "restore")?.reason).toBe("not-hidden");
    expect(whyNotModerate({ ...piece, state: "hidden" }, "restore")).toBeNull();
    const withdrawn = { ...piece, state: "withdrawn" } as const;
    expect(whyNotModerate(withdrawn, "restore")?.reason).toBe("already-withdrawn");
    expect(whyNotModerate({ ...withdrawn, hiddenReason: "so" }, "restore")).toBeNull();
    expect(whyNotModerate({ ...withdrawn, hiddenReason: "so" }, "hide")?.reason).toBe("already-withdrawn");
    const restored = { ...withdrawn, hiddenReason: "so", restoredReason: "no" };
    expect(whyNotModerate(restored, "restore")?.reason).toBe("already-withdrawn");
  });

  it("what is hidden is read by its author and by moderators", () => {
    const hidden = { ...piece, state: "hidden" } as const;
    const reads = (memberId: string, moderates: boolean) => mayRead(hidden, { memberId, moderates });
    expect([reads("ann", false), reads("bob", false), reads("bob", true)]).toEqual([true, false, true]);
  });
});

it("pieces with more votes come first, then the more convincing, then the earlier", () => {
  const rated = (evidenceId: number, convincing: number, weak: number) => ({ evidenceId, convincing, weak });
  const pieces = [rated(1, 0, 0), rated(2, 0, 1), rated(3, 5, 3), rated(4, 2, 0), rated(5, 0, 0)];
  expect(pieces.sort(byVotes).map(({ evidenceId }) => evidenceId)).toEqual([3, 4, 1, 5, 2]);
});

it("the same again is the same text, page and files on the same lab", () => {
  const one = {
    lab: "xiaomi",
    stance: "for",
    text: "x",
    link: "https://a.example/?utm_source=1",
    hashes: ["b", "a"],
  } as const;
  expect(saysTheSame(one, { ...one, link: "http://www.a.example#x", hashes: ["a", "b"] })).toBe(true);
  expect(saysTheSame(one, { ...one, stance: "against" })).toBe(false);
  expect(saysTheSame(one, { ...one, hashes: ["a"] })).toBe(false);
});

describe("what moderators hid comes back", () => {
  const hidden = { lab: "xiaomi", stance: "for", text: "Bob is a liar.", link: null, hashes: [] } as const;

  it.each([
    ["spelled otherwise", { text: "BOB  is a  líar!!" }],
    ["with something before and after it", { text: "As I said, Bob is a liar, and always was" }],
    ["about another lab, with a link and a file", { lab: "openai", link: "https://a.example/", hashes: ["a"] }],
  ])("%s", (_, changed) => {
    expect(bringsBack({ ...hidden, ...changed }, hidden)).toBe(true);
  });

  it("by its link or a file, if it had no words", () => {
    const bare = { ...hidden, text: "", link: "https://a.example/x", hashes: ["a", "b"] };
    expect(bringsBack({ ...hidden, link: "http://www.a.example/x/" }, bare)).toBe(true);
    expect(bringsBack({ ...hidden, hashes: ["c", "b"] }, bare)).toBe(true);
    expect(bringsBack(hidden, bare)).toBe(false);
    expect(bringsBack({ ...bare, link: null, hashes: [] }, bare)).toBe(false);
  });

  it("and is no longer that with the words it was hidden for left out, nor for a short word in common", () => {
    const both = { ...hidden, text: "It uses the tokenizer of MiMo. Bob is a liar.", link: "https://a.example/" };
    expect(bringsBack({ ...both, text: "It uses the tokenizer of MiMo." }, both)).toBe(false);
    expect(bringsBack({ ...hidden, text: "It laughs: lol" }, { ...hidden, text: "lol" })).toBe(false);
  });
});

describe("a link", () => {
  it.each([
    ["https://Example.com/A/", "http://www.example.com/A"],
    ["https://example.com", "https://example.com/#top"],
    ["https://example.com/?b=1&a=2&fbclid=x", "https://example.com?a=2&b=1"],
    ["https://x.com/a/status/1?s=20&t=abc", "https://x.com/a/status/1"],
    ["https://example.com:443/a", "https://example.com/a"],
  ])("%s is the page of %s", (one, other) => {
    expect(normaliseLink(one)).toBe(normaliseLink(other));
  });

  it.each([
    ["https://example.com/a?t=10", "https://example.com/a?t=20"],
    ["https://example.com/a", "https://example.com/A"],
    ["https://example.com:8443/a", "https://example.com/a"],
  ])("%s is not the page of %s", (one, other) => {
    expect(normaliseLink(one)).not.toBe(normaliseLink(other));
  });

  it("is a web address without a name or password in it", () => {
    expect(readLink(" <https://example.com/a b> ", 500)).toBeNull();
    expect(readLink("<https://example.com/a>", 500)).toBe("https://example.com/a");
    for (const typed of [
      "javascript:alert(1)",
      "https://a@example.com",
      "example.com",
      "",
      `https://a.b/${"x".repeat(500)}`,
    ]) {
      expect([typed, readLink(typed, 500)]).toEqual([typed, null]);
    }
  });

  it("is found in a text without what ends the sentence", () => {
    expect(linkIn("see https://example.com/a_(b), or not", 500)).toBe("https://example.com/a_(b)");
    expect(linkIn("(https://example.com/x).", 500)).toBe("https://example.com/x");
    expect(linkIn("[click](https://evil.example)", 500)).toBe("https://evil.example/");
    expect(linkIn("no link", 500)).toBeNull();
  });
});

it("a text is kept in lines of ordinary characters, whatever was typed", () => {
  fc.assert(
    fc.property(hostileText, (typed) => {
      const clean = cleanLines(typed, evidenceLimits.textLines);
      expect(clean.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      expect(clean).not.toContain("\n\n\n");
      expect(clean.isWellFormed()).toBe(true);
      expect(clean.split("\n").length).toBeLessThanOrEqual(evidenceLimits.textLines);
      expect(cleanLines(clean, evidenceLimits.textLines)).toBe(clean);
    }),
  );
});

it("a copy is uploaded under a plain name with the ending of what it is", () => {
  const named = (name: string, contentType: string, taken?: string[]) => uploadName({ name, contentType }, taken);
  expect(named("it says.PNG", "image/png")).toBe("it_says.png");
  expect(named("../../x.exe", "text/plain")).toBe("_x_exe.txt");
  expect(named("notes.md", "text/plain")).toBe("notes.md");
  expect(named("", "image/jpeg")).toBe("file.jpg");
  expect(named("a.png", "image/png", ["a.png"])).toBe("a-2.png");
});
