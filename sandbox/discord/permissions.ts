/** Permission bits by the names discord.js gives them. */
export const permissionBits = {
  CreateInstantInvite: 1n << 0n,
  KickMembers: 1n << 1n,
  BanMembers: 1n << 2n,
  Administrator: 1n << 3n,
  ManageChannels: 1n << 4n,
  ManageGuild: 1n << 5n,
  AddReactions: 1n << 6n,
  ViewAuditLog: 1n << 7n,
  PrioritySpeaker: 1n << 8n,
  Stream: 1n << 9n,
  ViewChannel: 1n << 10n,
  SendMessages: 1n << 11n,
  SendTTSMessages: 1n << 12n,
  ManageMessages: 1n << 13n,
  EmbedLinks: 1n << 14n,
  AttachFiles: 1n << 15n,
  ReadMessageHistory: 1n << 16n,
  MentionEveryone: 1n << 17n,
  UseExternalEmojis: 1n << 18n,
  Connect: 1n << 20n,
  Speak: 1n << 21n,
  ChangeNickname: 1n << 26n,
  ManageNicknames: 1n << 27n,
  ManageRoles: 1n << 28n,
  ManageWebhooks: 1n << 29n,
  UseApplicationCommands: 1n << 31n,
  ManageThreads: 1n << 34n,
  CreatePublicThreads: 1n << 35n,
  CreatePrivateThreads: 1n << 36n,
  SendMessagesInThreads: 1n << 38n,
  ModerateMembers: 1n << 40n,
  SendPolls: 1n << 49n,
  PinMessages: 1n << 51n,
} as const;

export type PermissionName = keyof typeof permissionBits;

const ALL_PERMISSIONS = Object.values(permissionBits).reduce((all, bit) => all | bit, 0n);

/** What a new server lets everyone do. */
export const EVERYONE_PERMISSIONS: PermissionName[] = [
  "ViewChannel",
  "SendMessages",
  "EmbedLinks",
  "AttachFiles",
  "ReadMessageHistory",
  "AddReactions",
  "UseExternalEmojis",
  "Connect",
  "Speak",
  "ChangeNickname",
  "UseApplicationCommands",
  "CreatePublicThreads",
  "SendMessagesInThreads",
  "SendPolls",
];

/** The bits of a list of permission names. */
export function permissionsOf(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | permissionBits[name], 0n);
}

export interface Overwrite {
  id: string;
  /** 0 a role, 1 a member. */
  type: 0 | 1;
  allow: bigint;
  deny: bigint;
}

interface Holder {
  userId: string;
  ownerId: string;
  everyoneId: string;
  /** Bits of each role the holder has, without @everyone. */
  roles: { id: string; permissions: bigint }[];
  everyone: bigint;
}

/** Permissions in the server as a whole. */
export function serverPermissions(holder: Holder): bigint {
  if (holder.userId === holder.ownerId) return ALL_PERMISSIONS;
  const bits = holder.roles.reduce((sum, role) => sum | role.permissions, holder.everyone);
  return bits & permissionBits.Administrator ? ALL_PERMISSIONS : bits;
}

/** Permissions in a channel, by the order Discord documents: @everyone, then all roles together, then the member. */
export function channelPermissions(holder: Holder, overwrites: Iterable<Overwrite>): bigint {
  const base = serverPermissions(holder);
  if (base & permissionBits.Administrator) return ALL_PERMISSIONS;
  const byId = new Map([...overwrites].map((overwrite) => [overwrite.id, overwrite]));
  const apply = (bits: bigint, deny: bigint, allow: bigint) => (bits & ~deny) | allow;
  const everyone = byId.get(holder.everyoneId);
  let bits = everyone ? apply(base, everyone.deny, everyone.allow) : base;
  let deny = 0n;
  let allow = 0n;
  for (const role of holder.roles) {
    const overwrite = byId.get(role.id);
    deny |= overwrite?.deny ?? 0n;
    allow |= overwrite?.allow ?? 0n;
  }
  bits = apply(bits, deny, allow);
  const own = byId.get(holder.userId);
  if (own) bits = apply(bits, own.deny, own.allow);
  if (!(bits & permissionBits.ViewChannel)) return 0n;
  return bits;
}
