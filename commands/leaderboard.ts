import { showBoard } from "../src/actions/show-board.ts";
import type { App } from "../src/app.ts";
import { seasonChoices } from "../src/discord/autocomplete.ts";
import { type Answer, type Command, type Pressed, serverCommand } from "../src/discord/command.ts";
import { type BoardPlace, boardView, noSuchSeason, readBoardKey, sharedBoard } from "../src/discord/views/board.ts";
import { mayNotSpeak } from "../src/discord/views/notices.ts";
import { maySpeak, whoActs } from "../src/discord/who-acts.ts";
import { type BoardPage, boardKinds } from "../src/domain/board.ts";
import { readSeason } from "../src/domain/season.ts";

const data = serverCommand("leaderboard", "Who is ahead in this server")
  .addStringOption((board) =>
    board
      .setName("board")
      .setDescription("Calls (right, early, bold) or points won; calls if left out")
      .addChoices({ name: "Calls", value: "calls" }, { name: "Points", value: "points" }),
  )
  .addStringOption((season) =>
    season.setName("season").setDescription("A quarter, such as 2026-Q1; this one if left out").setAutocomplete(true),
  )
  .toJSON();

/** Reads the page a button is for, anew at every press and for the one who pressed. */
async function turn(
  interaction: Pressed,
  key: string,
  app: App,
  show: (board: BoardPage) => Answer = (board) => ({ show: boardView(board) }),
): Promise<Answer> {
  const place: BoardPlace | null = readBoardKey(key);
  if (!place) throw new Error(`not the key of a board: ${key}`);
  const { serverId, member } = whoActs(interaction);
  return show(await showBoard(app, { serverId, memberId: member.memberId, ...place }));
}

export const leaderboard = {
  data,
  autocomplete: ({ guildId, options }, app) => seasonChoices(app.models.of(guildId), options.getFocused()),
  async run(interaction, app) {
    const typed = interaction.options.getString("season");
    const season = typed === null ? null : readSeason(typed);
    if (typed !== null && season === null) return { show: noSuchSeason };
    const kind = boardKinds.find((each) => each === interaction.options.getString("board")) ?? "calls";
    const { serverId, member } = whoActs(interaction);
    return { show: boardView(await showBoard(app, { serverId, memberId: member.memberId, kind, season, page: 1 })) };
  },
  buttons: {
    board: { acknowledge: "same-message", run: (interaction, key, app) => turn(interaction, key, app) },
    "open-board": { acknowledge: "new-message", run: (interaction, key, app) => turn(interaction, key, app) },
    "share-board": {
      acknowledge: "same-message",
      run: async (interaction, key, app) =>
        maySpeak(interaction)
          ? turn(interaction, key, app, (board) => ({ show: boardView(board), announce: sharedBoard(board) }))
          : { aside: mayNotSpeak },
    },
  },
} satisfies Command;
