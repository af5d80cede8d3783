/** A file at Discord, as an interaction or a message names it. Its address is signed, and gone within a day. */
export type Attachment = {
  readonly attachmentId: string;
  readonly name: string;
  readonly url: string;
  readonly sizeBytes: number;
};

/** Why there is no own copy of a file. */
export const fileProblems = [
  "too-many",
  "too-large",
  "all-too-large",
  "server-full",
  "kind-not-taken",
  "empty",
  "strange-host",
  "gone",
  "unreachable",
  "too-slow",
  "disk",
  "disk-full",
  "removed",
] as const;
export type FileProblem = (typeof fileProblems)[number];

/** A file of a piece of evidence: an own copy named by the SHA-256 of its bytes, or why there is none. */
export type KeptFile = {
  readonly attachmentId: string;
  readonly name: string;
  /** What its bytes are, not what its name says. Empty if there is no copy. */
  readonly contentType: string;
  readonly sizeBytes: number;
} & ({ readonly sha256: string; readonly problem: null } | { readonly sha256: null; readonly problem: FileProblem });

/** What is taken from Discord, and how much of it. All of one piece's files fit into one message again. */
export const fileLimits = {
  files: 4,
  bytesEach: 8 * 1024 * 1024,
  bytesTogether: 9 * 1024 * 1024,
  /** For one file, from the first byte asked for to the last one written. */
  timeoutMs: 20_000,
} as const;

/** A file just kept, or why not, and the way to undo it. */
export type Keeping = {
  readonly file: KeptFile;
  /** For a file that was not filed after all: removes its copy, unless it was there before or is being filed by others too. */
  readonly takeBack: () => Promise<void>;
};

/** Downloads files once, and keeps own copies. */
export type FileKeeper = {
  /** Never throws: what goes wrong is a problem. At most `mostBytes` are read. */
  keep(attachment: Attachment, mostBytes: number): Promise<Keeping>;
  /** Where the copy of these bytes lies; null if it is not on this machine. */
  find(sha256: string): Promise<string | null>;
  /** Looks through a part of the copies, the next one each time, and removes those nobody has used for a while. */
  sweep(whichAreUsed: (hashes: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void>;
};

/** A file that was not kept. */
export function notKept({ attachmentId, name, sizeBytes }: Attachment, problem: FileProblem): Keeping {
  const file = { attachmentId, name, contentType: "", sizeBytes, sha256: null, problem };
  return { file, takeBack: async () => undefined };
}

/** For where there is no disk to keep files on. */
export const noFiles: FileKeeper = {
  keep: async (attachment) => notKept(attachment, "disk"),
  find: async () => null,
  sweep: async () => undefined,
};

/** The ending each kind of file is uploaded under, first of those it may have. */
const endings: Readonly<Record<string, readonly string[]>> = {
  "image/png": ["png"],
  "image/jpeg": ["jpg", "jpeg"],
  "image/gif": ["gif"],
  "image/webp": ["webp"],
  "application/pdf": ["pdf"],
  "text/plain": ["txt", "md", "json", "csv", "log"],
};

/**
 * What a copy is called when it is uploaded again: as its author called it, in plain letters, with an ending that tells
 * what it really is, and unlike those beside it.
 */
export function uploadName(
  { name, contentType }: Pick<KeptFile, "name" | "contentType">,
  taken: readonly string[] = [],
): string {
  const [, stem = "", ending = ""] = /^(.*?)(?:\.([A-Za-z0-9]{1,5}))?$/s.exec(name) ?? [];
  const allowed = endings[contentType] ?? ["bin"];
  const fits = allowed.includes(ending.toLowerCase());
  const plain = (fits ? stem : name).replace(/[^\w-]+/g, "_").slice(0, 60) || "file";
  const last = fits ? ending.toLowerCase() : (allowed[0] ?? "bin");
  const numbered = [plain, ...taken.map((_, i) => `${plain}-${i + 2}`)].map((each) => `${each}.${last}`);
  return numbered.find((each) => !taken.includes(each)) ?? `${plain}.${last}`;
}
