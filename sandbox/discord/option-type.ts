/** Types of a command's options, by Discord's numbers. The page in the browser reads them too: nothing is imported here. */
export const OptionType = {
  Subcommand: 1,
  Group: 2,
  String: 3,
  Integer: 4,
  Boolean: 5,
  User: 6,
  Channel: 7,
  Role: 8,
  Mentionable: 9,
  Number: 10,
  Attachment: 11,
} as const;

/** Whether an option is a part of its command with options of its own, and nothing to fill in. */
export function isSubcommand(type: unknown): boolean {
  return type === OptionType.Subcommand || type === OptionType.Group;
}
