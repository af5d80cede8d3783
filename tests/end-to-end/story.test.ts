import { eq } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import type { Channel } from "../../sandbox/discord/channel.ts";
import type { Member } from "../../sandbox/discord/member.ts";
import type { Message } from "../../sandbox/discord/message.ts";
import { marchCatalogues } from "../../sandbox/openrouter/catalogues.ts";
import { auditLedger } from "../../src/actions/audit-ledger.ts";
import { paysPoints } from "../../src/domain/guess.ts";
import { labBySlug } from "../../src/domain/lab.ts";
import { labs } from "../../src/domain/lab-registry.ts";
import { openMarket } from "../../src/domain/market.ts";
import { likeliestLabs, pastReveals } from "../../src/domain/past-reveals.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { markets } from "../../src/storage/schema.ts";
import { startBotProcess } from "../support/bot.ts";
import { describeOnBoth } from "../support/database.ts";
import { act, guessOn, ledgerOf, openPlay, type Play } from "../support/market-play.ts";
import { ledgerIn } from "../support/market-rows.ts";
import { referenceSettlement } from "../support/reference-settlement.ts";
import { aWorldWith } from "../support/world.ts";

/** A read of the catalogue and a delivery: a second or two, more on a busy machine. */
const patienceMs = 20_000;

/** A small Discord with a server, and a small OpenRouter, before anything anonymous is listed. */
async function aWorld() {
  const { before, after } = marchCatalogues();
  const { discord, openRouter, server } = await aWorldWith(before);
  const join = (name: string) => server.addMember(name);
  return {
    discord,
    openRouter,
    after,
    general: server.channel("general"),
    news: server.addChannel("new-models"),
    members: { ann: join("Ann"), bob: join("Bob"), cid: join("Cid"), dee: join("Dee"), fay: join("Fay") },
    eve: server.addMember({ name: "Eve", permissions: ["ManageGuild"] }),
  };
}

/** The labs the market opens with today, and one that is none of them and turns out to have built the model. */
function labsOfToday() {
  const opening = likeliestLabs(pastReveals, new Date());
  const named = (slug: string | undefined) => ({ slug: slug ?? "", name: labBySlug(slug ?? "")?.name ?? "" });
  const unlisted = labs.find(({ slug }) => !opening.some(({ lab }) => lab === slug));
  return { opening, favourite: named(opening[0]?.lab), second: named(opening[1]?.lab), builder: named(unlisted?.slug) };
}

/** Plays the same in memory, by the rules alone, and expects what the member read to be what the rules say. */
function expectReceipt(message: Message, play: Play, member: Member, lab: string, stake: number | null): void {
  const decision = act(play, { memberId: member.id, wish: guessOn(lab, stake), atMs: play.lastNumber + 1 });
  if (!decision.done) throw new Error("the rules refuse it");
  expect(message.text).toContain(`If you are right it pays **${inWords(paysPoints(decision.guess))}`);
  expect(message.text).toContain(`Left in your wallet: ${inWords(play.wallets.get(member.id) ?? 0)}`);
}

function inWords(points: number): string {
  return `${points.toLocaleString("en-US").replace("-", "−")} point`;
}

/** Both boards, then the profile of every member, as they ask for them. */
async function standings(channel: Channel, members: readonly Member[]): Promise<string[]> {
  const asked = ["calls", "points"].map((board) => members[0]?.command(channel, "/leaderboard", { board }));
  const profiles = members.map((member) => member.command(channel, "/profile"));
  return Promise.all([...asked, ...profiles].map(async (exchange) => (await exchange?.reply())?.text ?? ""));
}

describeOnBoth("the story of a model", (database) => {
  it("is told from listing to board, pays what the market's mathematics says, and outlives kill -9", async () => {
    const { discord, openRouter, after, general, news, members, eve } = await aWorld();
    const { ann, bob, cid, dee, fay } = members;
    const everybody = [...Object.values(members), eve];
    const settings = await database.settings();
    const bot = await startBotProcess({ discord, openRouter, database: settings });

    // A quiet start, and a channel.
    await general.waitFor(({ text }) => text.includes("/setup"), patienceMs);
    expect((await eve.command(general, "/setup", { channel: news }).reply()).text).toContain("All is well.");
    await news.waitFor(({ text }) => text.includes("No anonymous models are open now"), patienceMs);
    await vi.waitUntil(() => bot.logged().some(({ kind }) => kind === "first"), { timeout: patienceMs });
    const { favourite, second, builder, opening } = labsOfToday();

    // The listing.
    openRouter.setCatalogue(after);
    const announced = (name: string) => news.waitFor(({ text }) => text.includes(`model: ${name}`), patienceMs);
    const [hunter] = await Promise.all([announced("Hunter Alpha"), announced("Healer Alpha")]);
    expect(hunter.buttons).toEqual(["Guess", "Ask it", "Add evidence", "Details"]);

    // Five members guess: by the button, by the command, by a name that is not on the list.
    const play = openPlay(openMarket(opening, 0));
    const guess = (member: Member, lab: string, stake?: number) =>
      member.command(news, "/guess", { model: "Hunter Alpha", lab, ...(stake === undefined ? {} : { stake }) }).reply();
    const menu = await ann.press(hunter, "Guess").reply();
    expectReceipt(await ann.select(menu, undefined, [favourite.name]).reply(), play, ann, favourite.slug, null);
    const raising = await ann.press(menu, "Raise").modal();
    expectReceipt(await ann.submit(raising, { points: "100" }).reply(), play, ann, favourite.slug, 100);
    expectReceipt(await guess(bob, favourite.name, 60), play, bob, favourite.slug, 60);
    const cidsMenu = await cid.press(hunter, "Guess").reply();
    const naming = await cid.select(cidsMenu, undefined, ["Another lab…"]).modal();
    const named = await cid.submit(naming, { lab: builder.name.toUpperCase() }).reply();
    expect(named.text).toContain("You are the first to name");
    expectReceipt(named, play, cid, builder.slug, null);
    expectReceipt(await guess(dee, second.name, 80), play, dee, second.slug, 80);
    expectReceipt(await guess(eve, "someone else", 10), play, eve, "other", 10);

    // One moves.
    const moved = await guess(dee, builder.name);
    expect(moved.text).toContain("you now say");
    expectReceipt(moved, play, dee, builder.slug, null);

    // The source is published, and one guess comes too late.
    const publishedAt = new Date(Date.now() + 1);
    await vi.waitUntil(() => Date.now() > publishedAt.getTime() + 5, { interval: 1 });
    const inTime = play.lastNumber;
    expectReceipt(await guess(fay, builder.name, 250), play, fay, builder.slug, 250);

    // The settlement: a preview, then the decision.
    const wish = {
      model: "Hunter Alpha",
      lab: builder.name,
      source: "https://openrouter.ai/xiaomi/mimo-v2-pro",
      "published-at": publishedAt.toISOString(),
    };
    expect((await bob.command(news, "/settle confirm", wish).reply()).text).toContain("Only moderators");
    const preview = await eve.command(news, "/settle confirm", wish).reply();
    const lateAtMs = [...play.listings, ...play.trades].find(({ number }) => number > inTime)?.at ?? play.lastAt;
    const expected = referenceSettlement(ledgerOf(play), [builder.slug], lateAtMs);
    const payout = (member: Member) => expected.members.get(member.id)?.payoutPoints ?? 0;
    expect(Math.min(payout(cid), payout(dee))).toBeGreaterThan(100);
    expect([payout(fay), payout(ann)]).toEqual([0, 0]);
    const facts = [
      "Guesses that count: 5, right: 2",
      "First to say it: **Cid**",
      `Paid: ${inWords(expected.paidPoints)}s to 2 members`,
      "of 1 member",
      `Cid: ${payout(cid)} (own stake 0)`,
      `Dee: ${payout(dee)} (own stake 80)`,
    ];
    for (const fact of facts) expect(preview.text).toContain(fact);
    await eve.press(preview, "Confirm").reply();
    const result = await news.waitFor(({ text }) => text.includes("is settled"));
    for (const fact of facts) expect(result.text).toContain(fact);
    expect(result.visibleTo).toBeUndefined();
    expect(result.text).toContain("Settled by **Eve**: **Someone else**, paid 0 points");

    // Board and wallets.
    const before = await standings(news, everybody);
    for (const [i, member] of everybody.entries()) {
      const wallet = 1000 + (expected.members.get(member.id)?.walletPoints ?? 0);
      expect(before[i + 2]).toContain(`**${inWords(wallet)}`);
    }
    const board = await cid.command(news, "/leaderboard").reply();
    const [callsBoard] = before;
    expect(callsBoard).toMatch(/\*\*1\.\*\* Cid: .*1 of 1 right · first 1 time\n.*\*\*2\.\*\* Dee: .*1 of 1 right/);
    expect(callsBoard).not.toContain("Fay");

    // Killed without a warning, and started again.
    await bot.end("SIGKILL");
    await discord.waitForBotToLeave();
    const again = await startBotProcess({ discord, openRouter, database: settings });
    expect(await standings(news, everybody)).toEqual(before);
    const turned = await cid.press(board, "Points").reply();
    expect(turned.text).toContain(`Cid: **+${payout(cid)}**`);
    expect((await ann.press(hunter, "Details").reply()).text).toContain(`**${builder.name}** built it.`);
    expect((await guess(bob, second.name)).text).toContain("is settled");
    expect(news.messages().filter(({ text }) => text.includes("New anonymous model"))).toHaveLength(2);
    expect(discord.commandWrites).toBe(1);
    await again.end("SIGTERM");
    expect([...bot.complaints(), ...again.complaints()]).toEqual([]);
    discord.expectNoViolations();

    // The books, as they lie.
    const { db, close } = await openDatabase(settings);
    const audit = await auditLedger(db);
    const [market] = await db.select().from(markets).where(eq(markets.state, "settled"));
    const ledger = await ledgerIn(db, market?.marketId ?? 0);
    await close();
    expect(audit.differences).toEqual([]);
    expect(market?.publishedAt).toEqual(publishedAt);
    const { members: byRows } = referenceSettlement(ledger, [builder.slug], publishedAt);
    for (const member of everybody) {
      expect(byRows.get(member.id)?.payoutPoints).toBe(payout(member));
      const score = byRows.get(member.id)?.call?.score;
      if (score !== undefined) expect(callsBoard).toContain(`${member.name}: **${score.toFixed(1)}**`);
    }
  }, 60_000);
});
