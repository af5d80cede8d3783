import { readFileSync, statSync } from "node:fs";
import { basename, extname } from "node:path";
import type { TypedFile } from "../discord/typed-options.ts";
import { NotUnderstood } from "./not-understood.ts";

/** What Discord takes from somebody without a subscription. */
const mostBytes = 10 * 1024 * 1024;

/** As a browser names them by their endings, and Discord after it. */
const contentTypes: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".svg": "image/svg+xml",
  ".pdf": "application/pdf",
  ".txt": "text/plain; charset=utf-8",
  ".log": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".json": "application/json",
};

/** Reads a file a person named at the prompt, as Discord's client uploads it; throws NotUnderstood. */
export function readTypedFile(path: string): TypedFile {
  const named = path.replace(/^(["'])(.*)\1$/, "$2");
  try {
    const found = statSync(named);
    if (!found.isFile()) throw new NotUnderstood(`${named} is no file.`);
    if (found.size > mostBytes) throw new NotUnderstood(`${named} is larger than the 10 MB Discord takes.`);
    const contentType = contentTypes[extname(named).toLowerCase()] ?? "application/octet-stream";
    return { filename: basename(named), content: readFileSync(named), contentType };
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    throw new NotUnderstood(`I cannot read the file ${named}. Name it as in a shell: ./picture.png or /home/me/it.png`);
  }
}

/** The files of a line such as "./a.png, ./b.png"; none for an empty one. */
export function readTypedFiles(line: string): TypedFile[] {
  const paths = line.split(",").map((path) => path.trim().replace(/^file:/, ""));
  return paths.filter((path) => path !== "").map(readTypedFile);
}
