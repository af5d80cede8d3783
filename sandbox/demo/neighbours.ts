import type { Channel } from "../discord/channel.ts";
import type { Member } from "../discord/member.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";

/** A second server with the same bot, to see that nothing goes from one to the other. */
export type Neighbours = {
  readonly general: Channel;
  readonly arena: Channel;
  readonly owner: Member;
  readonly ivo: Member;
};

/** Makes the server, before the bot starts. Somebody of the story's server is in it, too. */
export function makeNeighbours(discord: DiscordSandbox, visitor: Member): Neighbours {
  const server = discord.addServer({ name: "Night Shift", owner: "Noor" });
  const arena = server.addChannel("arena");
  const ivo = server.addMember("Ivo");
  server.addMember({ name: visitor.name, user: visitor.user });
  server.addMember("Jun");
  return { general: server.channel("general"), arena, owner: server.owner, ivo };
}

const patienceMs = 20_000;

/** The owner says where models are announced. */
export async function settleIn({ general, arena, owner }: Neighbours): Promise<void> {
  await general.waitFor(({ author }) => author.bot, patienceMs);
  await owner.command(general, "/setup", { channel: arena, "thread-per-model": true }).reply();
}

/** Once Hunter Alpha is announced there, somebody guesses: at odds of their own, as nobody there has guessed before. */
export async function guessNextDoor({ arena, ivo }: Neighbours): Promise<void> {
  await arena.waitFor(({ text }) => text.includes("New anonymous model: Hunter Alpha"), 2 ** 31 - 1);
  await ivo.command(arena, "/guess", { model: "Hunter Alpha", lab: "Google", stake: 40 }).reply();
}
