/** A notice of trouble is owed once for each channel that makes it: its key names server and channel. */
export function troubleKey(serverId: string, channelId: string | null): string {
  return `trouble:${serverId}:${channelId ?? ""}`;
}

/** The channel a notice is about; null where none was ever found. */
export function channelInTrouble(key: string): string | null {
  return key.split(":")[2] || null;
}
