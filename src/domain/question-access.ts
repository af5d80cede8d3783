/** Which roles may ask models, and in which channels, as /setup holds it. Lists that are empty allow everybody and everywhere. */
export type QuestionAccess = {
  readonly allowedRoleIds: readonly string[];
  readonly barredRoleIds: readonly string[];
  readonly allowedChannelIds: readonly string[];
  readonly barredChannelIds: readonly string[];
};

export const openToAll: QuestionAccess = {
  allowedRoleIds: [],
  barredRoleIds: [],
  allowedChannelIds: [],
  barredChannelIds: [],
};

/** Each list in /setup holds at most this many. */
export const mostAccessIds = 25;

/** Why a member may not ask in a channel. */
export type AccessRefusal =
  | { readonly reason: "role-barred"; readonly roleId: string }
  | { readonly reason: "role-needed"; readonly roleIds: readonly string[] }
  | { readonly reason: "channel-barred" }
  | { readonly reason: "other-channel"; readonly channelIds: readonly string[] };

/**
 * Whether a member may ask here; null if so. What is barred is barred, whatever else is allowed.
 *
 * @param where.channelIds the channel, and for a thread the channel it belongs to
 */
export function accessRefusal(
  access: QuestionAccess,
  where: { readonly roleIds: readonly string[]; readonly channelIds: readonly string[] },
): AccessRefusal | null {
  const { allowedRoleIds, barredRoleIds, allowedChannelIds, barredChannelIds } = access;
  const { roleIds, channelIds } = where;
  if (channelIds.some((id) => barredChannelIds.includes(id))) return { reason: "channel-barred" };
  if (allowedChannelIds.length > 0 && !channelIds.some((id) => allowedChannelIds.includes(id))) {
    return { reason: "other-channel", channelIds: allowedChannelIds };
  }
  const barredBy = roleIds.find((id) => barredRoleIds.includes(id));
  if (barredBy !== undefined) return { reason: "role-barred", roleId: barredBy };
  if (allowedRoleIds.length > 0 && !roleIds.some((id) => allowedRoleIds.includes(id))) {
    return { reason: "role-needed", roleIds: allowedRoleIds };
  }
  return null;
}

export type AccessChange = {
  readonly list: "roles" | "channels";
  readonly to: "allowed" | "barred";
  readonly id: string;
};

/** Allows or bars one more role or channel: it leaves the other list. Null if the list is full. */
export function changedAccess(access: QuestionAccess, { list, to, id }: AccessChange): QuestionAccess | null {
  const [allowed, barred] =
    list === "roles"
      ? (["allowedRoleIds", "barredRoleIds"] as const)
      : (["allowedChannelIds", "barredChannelIds"] as const);
  const [into, outOf] = to === "allowed" ? [allowed, barred] : [barred, allowed];
  const grown = [...new Set([...access[into], id])];
  if (grown.length > mostAccessIds) return null;
  return { ...access, [into]: grown, [outOf]: access[outOf].filter((other) => other !== id) };
}
