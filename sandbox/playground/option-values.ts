import type { Channel } from "../discord/channel.ts";
import { OptionType } from "../discord/option-type.ts";
import { CannotType, type TypedOptions } from "../discord/typed-options.ts";
import { type Raw, rawList, text } from "../discord/wire.ts";
import type { OptionValue } from "../page/protocol.ts";
import type { Uploads } from "./uploads.ts";

/** What the page sends for the options of a typed line, as a member of the small Discord types them. */
export function typedValues(
  channel: Channel,
  line: string,
  options: Readonly<Record<string, OptionValue>>,
  uploads: Uploads,
): TypedOptions {
  const known = optionsOf(channel, line);
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const option = known.find((one) => one.name === name);
      return [name, option ? typedValue(channel, option, value, uploads) : value];
    }),
  );
}

function optionsOf(channel: Channel, line: string): Raw[] {
  const { id, world } = channel.server;
  const [name = "", ...path] = line.replace(/^\//, "").split(" ");
  let options = rawList(world.commands.find(id, name, 1)?.shape.options);
  for (const step of path) options = rawList(options.find((option) => option.name === step)?.options);
  return options;
}

function typedValue(channel: Channel, option: Raw, value: OptionValue, uploads: Uploads): TypedOptions[string] {
  const { server } = channel;
  const id = String(value);
  const found = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new CannotType(`What was chosen for ${text(option.name)} is not here any more.`);
    return thing;
  };
  switch (option.type) {
    case OptionType.User:
      return found(server.members.get(id));
    case OptionType.Channel:
      return found(server.channels.get(id));
    case OptionType.Role:
      return found(server.roles.get(id));
    case OptionType.Mentionable:
      return found(server.members.get(id) ?? server.roles.get(id));
    case OptionType.Attachment:
      return found(uploads.get(id));
    default:
      return value;
  }
}
