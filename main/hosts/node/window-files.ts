import { readFile, realpath, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, extname, join, sep } from "node:path";
import { AppError } from "#core/lib/app-error.ts";

/** Types of what a build of the window holds; anything else is served as bytes. */
const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".map": "application/json",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

export interface WindowFile {
  content: Buffer;
  contentType: string;
  /** Files below assets/ have their hash in the name and never change. */
  immutable: boolean;
}

/**
 * The built window: `out/renderer` of the package, found from the source tree, from out/ and from inside a
 * packaged app alike.
 */
export function findWindowFolder(start: string = import.meta.dirname): string {
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
    const candidate = join(folder, "out", "renderer");
    if (existsSync(join(folder, "package.json")) && existsSync(join(candidate, "index.html")))
      return candidate;
  }
  throw new AppError("not-found", "The window has not been built", { hint: "Run `npm run build` first." });
}

/** Reads the file that a request path names; null when there is none. Never leaves the folder, also by links. */
export async function readWindowFile(folder: string, urlPath: string): Promise<WindowFile | null> {
  const relative = decodePath(urlPath);
  if (relative === null) return null;
  const path = join(folder, relative === "" ? "index.html" : relative);
  try {
    const real = await realpath(path);
    if (!real.startsWith((await realpath(folder)) + sep) || !(await stat(real)).isFile()) return null;
    return {
      content: await readFile(real),
      contentType: contentTypes[extname(real)] ?? "application/octet-stream",
      immutable: relative.startsWith("assets/"),
    };
  } catch {
    return null;
  }
}

/** `/a/b` -> `a/b`; null for anything with dot segments, backslashes, NUL or empty segments. */
function decodePath(urlPath: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (!path.startsWith("/") || /[\\\0]/.test(path)) return null;
  const relative = path.slice(1);
  const isPlain =
    relative === "" || relative.split("/").every((part) => part !== "" && !part.startsWith("."));
  return isPlain ? relative : null;
}
