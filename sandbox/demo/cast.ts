import type { Channel } from "../discord/channel.ts";
import type { Member } from "../discord/member.ts";
import type { DiscordSandbox } from "../discord/sandbox.ts";

/** The server of the story and who is in it. */
export type Cast = {
  readonly general: Channel;
  readonly watch: Channel;
  /** Where the bot asks the moderators; nobody else sees it. */
  readonly referees: Channel;
  readonly members: Readonly<Record<"olga" | "rita" | "ann" | "bob" | "cleo" | "dev" | "eli" | "finn" | "gil", Member>>;
};

/** Makes the server, before the bot starts. */
export function castOf(discord: DiscordSandbox): Cast {
  const server = discord.addServer({ name: "Model Watchers", owner: "Olga" });
  const watch = server.addChannel("stealth-models");
  server.addRole({ name: "Stealth watch", mentionable: true });
  const referees = server.addRole({ name: "Referees" });
  const desk = server.addChannel("referees");
  desk.overwrite(server.everyone, { deny: ["ViewChannel"] });
  for (const holder of [referees, server.bot]) desk.overwrite(holder, { allow: ["ViewChannel"] });
  const named = (name: string) => server.addMember(name);
  return {
    general: server.channel("general"),
    watch,
    referees: desk,
    members: {
      olga: server.owner,
      rita: server.addMember({ name: "Rita", roles: [referees] }),
      ann: named("Ann"),
      bob: named("Bob"),
      cleo: named("Cleo"),
      dev: named("Dev"),
      eli: named("Eli"),
      finn: named("Finn"),
      gil: named("Gil"),
    },
  };
}
