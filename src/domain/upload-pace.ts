/** What is uploaded again and again for readers in any minute: a piece's files may have 9 MB, and a button is quickly pressed. */
const perMinute = { memberBytes: 20 * 1024 * 1024, serverBytes: 60 * 1024 * 1024 } as const;
const minuteMs = 60_000;

/** How much a process uploads for readers. Each process keeps its own count: this protects its host's line, not a rule. */
export type UploadPace = {
  /** Whether these bytes may be uploaded now; then they count. Nothing at all always may. */
  take(nowMs: number, of: { serverId: string; memberId: string; sizeBytes: number }): boolean;
};

/** An empty count; what it remembers is forgotten every minute. */
export function createUploadPace(): UploadPace {
  let since = Number.NEGATIVE_INFINITY;
  const spent = new Map<string, number>();
  return {
    take(nowMs, { serverId, memberId, sizeBytes }) {
      if (sizeBytes === 0) return true;
      if (nowMs - since >= minuteMs) {
        since = nowMs;
        spent.clear();
      }
      const [ofServer, ofMember] = [serverId, `${serverId}/${memberId}`];
      const [server, member] = [spent.get(ofServer) ?? 0, spent.get(ofMember) ?? 0].map((bytes) => bytes + sizeBytes);
      if (server === undefined || member === undefined) return false;
      if (server > perMinute.serverBytes || member > perMinute.memberBytes) return false;
      spent.set(ofServer, server).set(ofMember, member);
      return true;
    },
  };
}
