/** A deliberate break: one piece of one file replaced, and the tests that must notice. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
};

export const mutants: readonly Mutant[] = [
  {
    name: "a mispriced buy",
    file: "src/domain/market.ts",
    find: "Math.log1p(Math.expm1(points / market.liquidity) / p)",
    replace: "Math.log1p(points / market.liquidity / p)",
    tests: ["tests/domain/market.test.ts"],
  },
  {
    name: "shares rounded up, in the trader's favour",
    file: "src/domain/shares.ts",
    find: "return Math.floor(shares * microPerShare);",
    replace: "return Math.ceil(shares * microPerShare);",
    tests: ["tests/domain/market.test.ts", "tests/domain/shares.test.ts", "tests/domain/market.properties.test.ts"],
  },
  {
    name: "profit paid on a sale",
    file: "src/domain/guess-trades.ts",
    find: "ownPaidPoints = Math.min(sale.points, guess.ownStakePoints);",
    replace: "ownPaidPoints = sale.points;",
    tests: ["tests/domain/guess-moving.test.ts", "tests/domain/market.properties.test.ts"],
  },
  {
    name: "a stake taken back with what an earlier one lost",
    file: "src/domain/guess-trades.ts",
    find: "ownPaidPoints = Math.min(sale.points, guess.ownStakePoints);",
    replace: "ownPaidPoints = Math.min(sale.points, guess.ownCostPoints);",
    tests: ["tests/domain/guess-moving.test.ts", "tests/domain/market.properties.test.ts"],
  },
  {
    name: "a debit the database lets through below zero",
    file: "src/storage/guess-writes.ts",
    find: "sql`(excluded.balance_points >= 0 or ${wallets.balancePoints} + excluded.balance_points >= 0)`;",
    replace: "sql`true`;",
    tests: ["tests/storage/guess-writes.test.ts"],
  },
  {
    name: "a batch kept though a guard refused it",
    file: "src/storage/guess-writes.ts",
    find: "when (select count(*) from changed) <>",
    replace: "when (select count(*) from changed) >",
    tests: ["tests/storage/guess-writes.test.ts"],
  },
  {
    name: "wallets opened in the order they came",
    file: "src/storage/guess-writes.ts",
    find: "${inLockOrder} on conflict do nothing",
    replace: "on conflict do nothing",
    tests: ["tests/storage/guess-writes.test.ts"],
  },
  {
    name: "a batch written outside the transaction that holds its locks",
    file: "src/storage/guess-writes.ts",
    find: "when pg_current_xact_id()::text <>",
    replace: "when pg_current_xact_id()::text is null and '' <>",
    tests: ["tests/storage/two-steps.test.ts"],
  },
  {
    name: "wallets read without a lock",
    file: "src/storage/guesses.ts",
    find: "limit 1 for update\n      ) as wallet",
    replace: "limit 1\n      ) as wallet",
    tests: ["tests/actions/guess-races.test.ts"],
  },
  {
    name: "guesses read before the lock on their market",
    file: "src/actions/guess-books.ts",
    find: "lockMarkets(tx, [...asked.values()]),",
    replace: "Promise.resolve().then(() => lockMarkets(tx, [...asked.values()])),",
    tests: ["tests/actions/guess-races.test.ts"],
  },
  {
    name: "shares without number where the odds are nothing",
    file: "src/domain/market.ts",
    find: "if (p >= rules.highestPrice || p < rules.lowestPrice) return 0;",
    replace: "if (p >= rules.highestPrice) return 0;",
    tests: ["tests/domain/guess.test.ts"],
  },
  {
    name: "a listing that forgets the holders of someone else",
    file: "src/domain/market.ts",
    find: "for (const outcome of market.outcomes.slice(outcomesSeen)) received[outcome.lab] = other;",
    replace: "void outcomesSeen;",
    tests: [
      "tests/domain/market.test.ts",
      "tests/domain/market.properties.test.ts",
      "tests/domain/guess-stories.test.ts",
    ],
  },
  {
    name: "a late bet paid",
    file: "src/storage/settlements.ts",
    find: "where market_id = ${marketId} and lab = ${outcome} and at < ${time}`;",
    replace: "where market_id = ${marketId} and lab = ${outcome} and at <= ${time} + interval '1 year'`;",
    tests: ["tests/actions/settle-model.test.ts"],
  },
  {
    name: "a settlement that can be carried out twice",
    file: "src/actions/settle-model.ts",
    find: 'if (state === "settled" || state === "void") return',
    replace: 'if (state === "void") return',
    tests: ["tests/actions/settle-model.test.ts"],
  },
  {
    name: "a double payment on a repeated interaction",
    file: "src/actions/guess-batch.ts",
    find: "if (given !== undefined) return datesIn(given) as GuessAnswer;",
    replace: "if (given === null) return datesIn(given) as GuessAnswer;",
    tests: ["tests/actions/place-guess-refused.test.ts"],
  },
  {
    name: "no guard on the wallet",
    file: "src/domain/decide-guess.ts",
    find: "if (availablePoints < stakePoints)",
    replace: "if (availablePoints < -1_000_000)",
    tests: ["tests/domain/guess.test.ts", "tests/actions/place-guess-refused.test.ts"],
  },
  {
    name: "a cap that looks at the click, not at the sum",
    file: "src/domain/decide-guess.ts",
    find: "if (costPoints + stakePoints > rules.ownCapPoints)",
    replace: "if (stakePoints > rules.ownCapPoints)",
    tests: ["tests/domain/guess.test.ts", "tests/domain/market.properties.test.ts"],
  },
  {
    name: "an announcement sent twice",
    file: "src/discord/deliveries.ts",
    find: "const mayBeThere = delivery.firstClaimedAt !== null;",
    replace: "const mayBeThere = delivery.firstClaimedAt === undefined;",
    tests: ["tests/end-to-end/deliveries-bad-days.test.ts"],
  },
  {
    name: "a delivery two processes claim at once",
    file: "src/storage/delivery-claims.ts",
    find: '.for("update", { of: deliveries, skipLocked: true })',
    replace: "",
    tests: ["tests/actions/claim-deliveries.test.ts"],
  },
  {
    name: "a guess during the edit of a card that is never shown",
    file: "src/storage/cards.ts",
    find: "...(dueAt === null ? {} : { cardDueAt: dueAt })",
    replace: "cardDueAt: dueAt",
    tests: ["tests/actions/edit-cards.test.ts"],
  },
  {
    name: "a moderator check left out of the confirm button",
    file: "commands/settle.ts",
    find: `        if (!(await isModerator(interaction, app))) return { show: moderatorsOnly };
        const who = whoActs(interaction);`,
    replace: "        const who = whoActs(interaction);",
    tests: ["tests/commands/settle.test.ts"],
  },
  {
    name: "a reply over Discord's limit",
    file: "src/discord/views/text.ts",
    find: "if (length + line.length + 1 > most - 24) break;",
    replace: "if (length + line.length + 1 > most * 2) break;",
    tests: ["tests/discord/views/limits.test.ts"],
  },
  {
    name: "names that ping and format",
    file: "src/discord/views/text.ts",
    find: ".replace(/[\\\\*_~`|[\\]<>@#]/g",
    replace: ".replace(/[\\\\*]/g",
    tests: ["tests/discord/views", "tests/end-to-end/busy-server.test.ts"],
  },
  {
    name: "a vote that changes a guess made elsewhere",
    file: "src/actions/guess-batch.ts",
    find: "const isOwnWord = stands !== null && books.votedIn.get(key) !== wish.pollId;",
    replace: "const isOwnWord = stands !== null && wish.pollId < 0;",
    tests: ["tests/actions/poll-votes.test.ts", "tests/actions/poll-votes-uncounted.test.ts"],
  },
  {
    name: "a vote that counts as often as it is delivered",
    file: "src/actions/ballots.ts",
    find: "return { stays: isSame, readWhen",
    replace: "return { stays: false, readWhen",
    tests: ["tests/actions/poll-votes.test.ts"],
  },
  {
    name: "an old list of voters that overrules what was heard since",
    file: "src/actions/ballots.ts",
    find: "const isOlder = wish.changes !== before.changes;",
    replace: "const isOlder = wish.changes < 0;",
    tests: ["tests/actions/poll-readings.test.ts"],
  },
];
