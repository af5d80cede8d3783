import { describe, expect, it } from "vitest";
import {
  announcementMessage,
  helloMessage,
  summaryMessage,
  threadName,
  troubleMessage,
} from "../../../src/discord/views/announcement.ts";
import { helpView } from "../../../src/discord/views/help.ts";
import { anotherLab, labMenuView } from "../../../src/discord/views/lab-menu.ts";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import { marks } from "../../../src/discord/views/marks.ts";
import type { MessageView } from "../../../src/discord/views/message.ts";
import { modelCardView } from "../../../src/discord/views/model-card.ts";
import { modelListView } from "../../../src/discord/views/model-list.ts";
import { decisionMessage, settlementPreview } from "../../../src/discord/views/settlement.ts";
import { setupRefusal, setupView } from "../../../src/discord/views/setup.ts";
import * as made from "../made.ts";
import { customIds, markdownOf } from "../reading.ts";

const names = labNames([]);
const resultOf = (summary: ReturnType<typeof made.aSummary>) =>
  decisionMessage({ transactionId: 1, answer: { done: true, summary }, byName: "Mod" }, names);

function options(view: MessageView): { label: string; value: string; description?: string }[] {
  return (view.components ?? []).flatMap((row) =>
    row.components.flatMap((part) => ("options" in part ? part.options : [])),
  );
}

describe("an announcement", () => {
  it("shows the facts, the odds and the buttons Guess, Ask it, Add evidence and Details", () => {
    const view = announcementMessage(made.aCard({ callers: 0 }), { pingRoleId: null, late: false });
    expect(markdownOf(view)).toContain("New anonymous model: Hunter Alpha");
    expect(markdownOf(view)).toContain("Context: 1,048,576 tokens");
    expect(markdownOf(view)).toContain("**DeepSeek** 54 %");
    expect(customIds(view)).toEqual(["guess:1:42", "ask:1:42", "add-evidence:1:42", "details:1:42"]);
  });

  it("leaves out facts nobody knows, and prices that cannot be", () => {
    const facts = made.aListing({
      contextTokens: null,
      promptUsdPerToken: "-1",
      inputModalities: null,
      outputModalities: null,
    });
    const words = markdownOf(announcementMessage(made.aCard({ facts }), { pingRoleId: null, late: false }));
    expect(words).not.toMatch(/Context|Price|Takes|null|-1/);
  });

  it("says since when the model is there if it comes late", () => {
    const late = announcementMessage(made.aCard(), { pingRoleId: null, late: true });
    expect(markdownOf(late)).toContain("Listed <t:1773260700:F>");
  });

  it("takes no more guesses once the model is settled", () => {
    const view = announcementMessage(made.aCard({ state: "settled", builders: ["xiaomi"] }), {
      pingRoleId: null,
      late: false,
    });
    expect(markdownOf(view)).toContain("Settled: **Xiaomi** built it.");
    expect(view.components?.[0]?.components[0]).toMatchObject({ label: "Guess", disabled: true });
  });

  it("argues with the strongest piece for each of the leading labs, in a line each; the list only counts", () => {
    const piece = made.aPiece({ text: `It says **so**.\n${"𝕏".repeat(900)}`, convincing: 2 });
    const card = made.aCard({ evidence: { for: 3, against: 1 }, strongest: [piece] });
    const lines = markdownOf(announcementMessage(card, { pingRoleId: null, late: false })).split("\n");
    const line = lines[lines.indexOf("**Evidence**: 3 for a lab, 1 against one") + 1];
    expect(line).toMatch(/^Xiaomi: \*\*#7\*\* It says \\\*\\\*so\\\*\\\*\. 𝕏+… · 2 convincing, 0 weak$/u);
    expect(line?.length).toBeLessThan(160);
    expect(markdownOf(modelListView([card], names))).toContain(" · evidence: 3 for, 1 against");
    expect(markdownOf(modelListView([made.aCard()], names))).not.toContain("evidence");
  });

  it("of a settled model says how many guesses counted, and invites nobody", () => {
    const card = made.aCard({ state: "settled", builders: ["xiaomi"], callers: 4, counted: { callers: 3, right: 1 } });
    const words = JSON.stringify(announcementMessage(card, { pingRoleId: null, late: false }).embeds);
    expect(words).toContain("Guesses that count: 3, right: 1");
    expect(words).not.toMatch(/on the house|4 guesses|\*\*Odds/);
  });

  it("invites nobody to a model that is frozen or called off", () => {
    const words = (state: "open" | "frozen" | "void") =>
      JSON.stringify(announcementMessage(made.aCard({ state }), { pingRoleId: null, late: false }).embeds);
    expect(words("open")).toContain("on the house");
    expect(words("frozen")).toContain("**DeepSeek** 54 %");
    expect(words("frozen")).not.toContain("on the house");
    expect(words("void")).not.toMatch(/on the house|DeepSeek/);
  });

  it("has a thread whose name fits", () => {
    expect(threadName(made.aCard())).toBe("Who built Hunter Alpha?");
    expect(threadName(made.aCard({ name: "x".repeat(500) })).length).toBeLessThanOrEqual(100);
  });
});

it("each message the bot owes a channel can be told from all others by what its buttons carry", () => {
  const card = made.aCard();
  const others = [
    modelCardView({ card, latest: [] }, names, null),
    modelListView([card], names),
    labMenuView(card, names, []),
    resultOf(made.aSummary()),
  ].flatMap(customIds);
  const owed = [
    [announcementMessage(card, { pingRoleId: null, late: false }), marks.announcement(42)],
    [helloMessage(), marks.hello],
    [summaryMessage([card]), marks.summary],
    [troubleMessage({ channelId: null, modelName: null }), marks.trouble],
  ] as const;
  for (const [view, mark] of owed) {
    expect(customIds(view)).toContain(mark);
    expect(others).not.toContain(mark);
    expect(owed.filter(([each]) => customIds(each).includes(mark))).toHaveLength(1);
  }
});

describe("the menu of the Guess button", () => {
  it("offers the likeliest labs first, then others, then Someone else and Another lab", () => {
    const menu = options(labMenuView(made.aCard(), names, []));
    expect(menu).toHaveLength(25);
    expect(menu.slice(0, 2)).toEqual([
      { label: "DeepSeek", value: "deepseek", description: "54 % · 3 guesses" },
      { label: "Xiaomi", value: "xiaomi", description: "6.1 %" },
    ]);
    expect(menu.at(-2)).toEqual({ label: "Someone else", value: "other", description: "20 % · 1 guess" });
    expect(menu.at(-1)).toMatchObject({ label: "Another lab…", value: anotherLab });
    expect(new Set(menu.map(({ value }) => value)).size).toBe(25);
  });
});

describe("a model's card", () => {
  const calls = [made.aCaller(), made.aCaller({ memberId: "2", name: "Bob", lab: "other", unknownName: "Foo Labs" })];

  it("shows a name nobody knows to its author and to moderators only", () => {
    const seenBy = (reader: Parameters<typeof modelCardView>[2]) =>
      markdownOf(modelCardView({ card: made.aCard(), latest: calls }, names, reader));
    expect(seenBy({ memberId: "2", moderates: false })).toContain("Foo Labs");
    expect(seenBy({ memberId: "9", moderates: true })).toContain("Foo Labs");
    expect(seenBy({ memberId: "1", moderates: false })).not.toContain("Foo Labs");
    expect(seenBy(null)).not.toContain("Foo Labs");
  });

  it("does not tell by its odds whether someone else stands for a name", () => {
    const call = (unknownName: string | null, callPrice: number) =>
      made.aCaller({ memberId: "2", lab: "other", unknownName, callPrice });
    const seen = (latest: ReturnType<typeof call>, memberId = "1") =>
      markdownOf(modelCardView({ card: made.aCard(), latest: [latest] }, names, { memberId, moderates: false }));
    expect(seen(call("Foo Labs", 0.05))).toBe(seen(call(null, 0.2)));
    expect(seen(call("Foo Labs", 0.05), "2")).toContain("at 5 %");
  });

  it("offers Guess only while the model is open", () => {
    const reader = { memberId: "1", moderates: false };
    const seen = (state: "open" | "frozen") =>
      customIds(modelCardView({ card: made.aCard({ state }), latest: [] }, names, reader));
    expect(seen("open")).toContain("guess-here:1:42");
    expect(seen("frozen")).not.toContain("guess-here:1:42");
  });

  it("of a settled model says who built it, since when that is public, and where", () => {
    const card = made.aCard({
      state: "settled",
      builders: ["xiaomi"],
      publishedAt: made.published,
      source: "https://example.com/x",
    });
    const words = markdownOf(modelCardView({ card, latest: [] }, names, null));
    expect(words).toContain(
      "Settled: **Xiaomi** built it.\nPublished <t:1773863640:F>\nSource: <https://example.com/x>",
    );
  });
});

it("a list without models says so, as Discord takes no empty menu", () => {
  expect(modelListView([], names)).toEqual({ content: expect.stringContaining("No anonymous models yet") });
  expect(options(modelListView([made.aCard()], names))).toEqual([{ label: "Hunter Alpha", value: "42" }]);
});

describe("a settlement", () => {
  it("is previewed with who is paid, what is refunded as too late, and the settler's own position", () => {
    const view = settlementPreview(7, made.aSummary(), names);
    expect(view.content).toContain("Nothing is done yet.");
    expect(view.content).toContain("Published: <t:1773863640:F>");
    expect(view.content).toContain("Paid: 415 points to 1 member");
    expect(view.content).toContain("Too late, undone and refunded: 2 actions of 1 member");
    expect(view.content).toContain("You: **DeepSeek**, paid 0 points.");
    expect(customIds(view)).toEqual(["settle-yes:1:7", "settle-no:1:7"]);
  });

  it("names the settler, their own position and their payout to the whole channel", () => {
    expect(resultOf(made.aSummary()).content).toContain("Settled by **Mod**: **DeepSeek**, paid 0 points.");
  });
});

describe("the settings", () => {
  const fine = { channels: [], canPing: null };

  it("say that all is well, or which permissions lack and what could not be posted", () => {
    expect(setupView(made.someSettings(), [], fine, { saved: false }).content).toContain("All is well.");
    const trouble = {
      kind: "announcement",
      modelName: "Hunter Alpha",
      channelId: "5",
      problem: "cannot-send",
      at: made.listed,
    } as const;
    const words = setupView(
      made.someSettings(),
      [trouble],
      { ...fine, channels: [{ channelId: "110", gone: false, lacking: ["Embed Links"] as const }] },
      { saved: true },
    ).content;
    expect(words).toContain("I lack: **Embed Links**");
    expect(words).toContain("Not posted: the announcement of **Hunter Alpha** in <#5>");
  });

  it("say what to do while there is no channel", () => {
    expect(setupView(made.someSettings({ announcementChannelId: null }), [], fine, { saved: false }).content).toContain(
      "Choose one with `/setup channel`",
    );
  });

  it("say that a role cannot be pinged", () => {
    const words = setupView(
      made.someSettings({ pingRoleId: "7" }),
      [],
      { ...fine, canPing: false },
      { saved: false },
    ).content;
    expect(words).toContain("I may not ping <@&7>");
  });

  it("refuse a forum with the reason, and change nothing", () => {
    expect(setupRefusal("forum").content).toMatch(/hold only posts.*\nNothing was changed\.$/s);
  });
});

it("help is five lines and the links", () => {
  const lines =
    helpView([{ name: "guess" }, { name: "help" }], "https://example.com/invite").content?.split("\n") ?? [];
  expect(lines).toHaveLength(6);
  expect(lines[4]).toBe("Commands: `/guess` · `/help`");
  expect(lines[5]).toContain("(<https://example.com/invite>)");
});
