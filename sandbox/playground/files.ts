import { readFile, stat } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

/** A file of the page, as a browser takes it. */
export type PageFile = { readonly contentType: string; readonly body: string | Uint8Array };

const folder = fileURLToPath(new URL("../page/", import.meta.url));

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Modules without their types, until their file changes. */
const stripped = new Map<string, { readonly changedMs: number; readonly body: string }>();

/**
 * The file of the page at a path like `/page.css`; null if there is none. `/app.js` is all modules in one, for a page that
 * is opened while the demo starts and answers each request late; each module can be had by itself, too.
 */
export async function pageFile(path: string): Promise<PageFile | null> {
  if (path === "/app.js") return { contentType: "text/javascript; charset=utf-8", body: await allModules() };
  const file = normalize(join(folder, path === "/" ? "index.html" : path));
  const contentType = contentTypes[extname(file)];
  if (!contentType || !file.startsWith(folder) || file.includes(`${sep}.`)) return null;
  try {
    return { contentType, body: extname(file) === ".ts" ? await module(file) : await readFile(file) };
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "EISDIR", "ENOTDIR"].includes(String(error.code))) {
      return null;
    }
    throw error;
  }
}

/** Put together anew for every page: whoever works on it only reloads it. */
async function allModules(): Promise<string> {
  const entryPoints = [join(folder, "app.ts")];
  const options = { bundle: true, format: "esm", target: "es2022", sourcemap: "inline", write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints, logLevel: "silent" });
  return outputFiles.map(({ text }) => text).join("");
}

async function module(file: string): Promise<string> {
  const { mtimeMs: changedMs } = await stat(file);
  const known = stripped.get(file);
  if (known?.changedMs === changedMs) return known.body;
  const options = { loader: "ts", format: "esm", target: "es2022", sourcefile: file, sourcemap: "inline" } as const;
  const { code } = await transform(await readFile(file, "utf8"), options);
  stripped.set(file, { changedMs, body: code });
  return code;
}
