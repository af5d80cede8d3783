import type { TypedFile } from "../discord/typed-options.ts";

/** Files a visitor has picked and not sent yet. */
export type Uploads = {
  /** Gives the id by which it is sent. */
  keep(file: { filename: string; contentType: string; content: Uint8Array }): string;
  /** Undefined if there is none, or it has had to go for newer ones. */
  get(id: string): TypedFile | undefined;
};

/** The most a file may have, as interactions carry it: attachment_size_limit. */
export const mostUploadBytes = 10_485_760;
const mostKept = 30;

export function createUploads(): Uploads {
  const files = new Map<string, TypedFile>();
  let last = 0;
  return {
    keep({ filename, contentType, content }) {
      last += 1;
      const id = `upload-${last}`;
      files.set(id, { filename: filename.replaceAll(/[^\w.-]/g, "_") || "file", contentType, content });
      for (const old of [...files.keys()].slice(0, -mostKept)) files.delete(old);
      return id;
    },
    get: (id) => files.get(id),
  };
}
