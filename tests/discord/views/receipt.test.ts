import { describe, expect, it } from "vitest";
import { labNames } from "../../../src/discord/views/lab-words.ts";
import type { MessageView } from "../../../src/discord/views/message.ts";
import { raiseModal, readPoints } from "../../../src/discord/views/raise.ts";
import { receiptView, sharedReceipt, withdrawQuestion } from "../../../src/discord/views/receipt.ts";
import { aReceipt } from "../made.ts";

const names = labNames([]);

function buttons(view: MessageView): string[] {
  return (view.components ?? []).flatMap((row) =>
    row.components.map((part) => {
      if (!("label" in part) || !("custom_id" in part)) return "?";
      return `${part.label} ${part.custom_id}${part.disabled ? " off" : ""}`;
    }),
  );
}

describe("the receipt of a guess", () => {
  it("says what was staked, at what odds, what it pays and what is left", () => {
    const view = receiptView(aReceipt(), names);
    expect(view.content?.split("\n")).toEqual([
      "**Hunter Alpha**: you say **DeepSeek** built it.",
      "Staked: 25 points from the house and 100 points of your own.",
      "Your call stands at odds of **30 %**, since <t:1773260700:f>; they are 54 % now.",
      "If you are right it pays **300 points**.",
      "Your own points in it: 100 points. Taking it back now returns 98 points.",
      "Left in your wallet: 900 points.",
    ]);
    expect(buttons(view)).toEqual([
      "Raise raise:1:42",
      "Withdraw withdraw:1:42",
      "Add evidence add-evidence:1:42",
      "Share share-guess:1:42",
    ]);
  });

  it("says what was not staked because the odds had reached their end", () => {
    expect(receiptView(aReceipt({ clippedPoints: 20 }), names).content).toContain(
      "20 points of your stake stay in your wallet: stakes end where the odds reach 97 %.",
    );
    const nothing = aReceipt({
      stakedFreePoints: 0,
      stakedOwnPoints: 0,
      priceNow: 0.969,
      stakeRoomPoints: 0,
      paysPoints: 0,
    });
    expect(receiptView(nothing, names).content).toContain("Nothing was staked: from 97 % on");
    expect(buttons(receiptView(nothing, names))).toContain("Raise raise:1:42 off");
  });

  it("says that a lab has odds of its own now because this guess named it", () => {
    const call = { lab: "moonshotai", name: null, outcome: "moonshotai" };
    expect(receiptView(aReceipt({ call, listed: "moonshotai" }), names).content).toContain(
      "You are the first to name Moonshot AI: it now has odds of its own.",
    );
  });

  it("explains a guess that rides on Someone else", () => {
    const named = { lab: "moonshotai", name: null, outcome: "other" };
    expect(receiptView(aReceipt({ call: named }), names).content).toContain(
      "rides on “Someone else”. It is right only if Moonshot AI built it.",
    );
    const unknown = { lab: "other", name: "Foo Labs", outcome: "other" };
    expect(receiptView(aReceipt({ call: unknown }), names).content).toContain("Only you and the moderators see it.");
    const anyone = { lab: "other", name: null, outcome: "other" };
    expect(receiptView(aReceipt({ call: anyone }), names).content).toContain("had no odds of its own when you said it");
  });

  it("names only the points that are in it, not those an earlier stake lost", () => {
    const view = receiptView(aReceipt({ ownCostPoints: 165, ownStakePoints: 50, worthPoints: 50 }), names);
    expect(view.content).toContain("Your own points in it: 50 points. Taking it back now returns 50 points.");
    expect(view.content).not.toContain("165");
  });

  it("says why nothing is bought of a lab whose odds are next to nothing", () => {
    const none = { stakedFreePoints: 0, stakedOwnPoints: 0, ownStakePoints: 0, paysPoints: 0, clippedPoints: 20 };
    const view = receiptView(aReceipt({ ...none, callPrice: 1e-9, priceNow: 1e-12 }), names);
    expect(view.content).toContain("Nothing was staked: its odds are too small to buy any.");
    expect(view.content).not.toContain("97 %");
  });

  it("offers no raise to a member who has staked the most already", () => {
    expect(buttons(receiptView(aReceipt({ ownCostPoints: 250 }), names))[0]).toBe("Raise raise:1:42 off");
  });

  it("offers no raise where nobody stakes, and does not speak of one", () => {
    const receipt = aReceipt({ guessOnly: true, stakedFreePoints: 0, stakedOwnPoints: 0 });
    const view = receiptView(receipt, names);
    expect(buttons(view)[0]).toBe("Withdraw withdraw:1:42");
    expect(view.content).toContain("this server plays without stakes");
    expect(view.content).not.toContain("Raise");
  });

  it("names the season whose wallet it is if that is an earlier one", () => {
    const past = { pastSeason: "2025-Q4", walletPoints: 850 };
    const words = "Left in your wallet for October–December 2025, when this model came: 850 points.";
    expect(receiptView(aReceipt(past), names).content).toContain(words);
    expect(receiptView(aReceipt({ ...past, call: null }), names).content).toContain(words);
  });

  it("promises nothing and offers nothing that a closed model would refuse", () => {
    const closed = { reason: "market-frozen", modelName: "Hunter Alpha" } as const;
    const view = receiptView(aReceipt({ closed }), names, { fresh: false });
    expect(view.content).not.toContain("Taking it back");
    expect(buttons(view).slice(0, 2)).toEqual(["Raise raise:1:42 off", "Withdraw withdraw:1:42 off"]);
  });

  it("does not repeat what was staked when it is looked at later", () => {
    expect(receiptView(aReceipt(), names, { fresh: false }).content).not.toContain("Staked");
  });

  it("of a withdrawal says what came back and how to guess again", () => {
    const view = receiptView(aReceipt({ what: "withdrawn", call: null, returnedPoints: 98, walletPoints: 998 }), names);
    expect(view.content).toContain("came back: 98 points");
    expect(buttons(view)).toEqual(["Guess again guess-here:1:42"]);
  });
});

it("Withdraw asks first, and says what is lost with an early call", () => {
  const view = withdrawQuestion(aReceipt(), names);
  expect(view.content).toBe(
    "Take back your guess on **DeepSeek** for **Hunter Alpha**?\nIt returns 98 points. It has stood since <t:1773260700:f>; the time of a new guess would start anew.",
  );
  expect(buttons(view)).toEqual(["Yes, withdraw withdraw-yes:1:42", "Keep it keep:1:42"]);
});

describe("a shared guess", () => {
  it("names its author and offers others a guess of their own, nothing of the author's", () => {
    const view = sharedReceipt(aReceipt(), "An_n", names);
    expect(view.content).toContain("**An\\_n** says **DeepSeek** built **Hunter Alpha**.");
    expect(view.content).not.toContain("900");
    expect(buttons(view)).toEqual(["Guess too guess-here:1:42", "Details details:1:42"]);
  });

  it("does not tell the channel a name that only its author may see", () => {
    const call = { lab: "other", name: "Foo Labs", outcome: "other" };
    expect(sharedReceipt(aReceipt({ call }), "Ann", names).content).not.toContain("Foo");
  });
});

describe("raising", () => {
  it("asks for points in a modal whose title fits, however long the model's name", () => {
    expect(raiseModal("42", "Hunter Alpha").title).toBe("Raise: Hunter Alpha");
    expect(raiseModal("42", "x".repeat(4_000)).title.length).toBeLessThanOrEqual(45);
    expect(raiseModal("42", null).title).toBe("Raise your guess");
  });

  it("takes whole points and nothing else", () => {
    expect(["50", " 50 ", "0", "-5", "1.5", "1e2", "", "fifty", "123456"].map(readPoints)).toEqual([
      50,
      50,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});
