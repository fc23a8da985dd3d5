import { createHash } from "node:crypto";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { tool } from "#core/image/testing/disk-images.ts";

const rowSchema = z.object({
  path: z.string(),
  kind: z.enum(["file", "directory", "symlink", "other"]),
  mode: z.number(),
  /** Of files. */
  sizeBytes: z.number().nullable(),
  /** SHA-256 of a file's content, a link's target. */
  content: z.string().nullable(),
  attributes: z.record(z.string(), z.string()),
});
/** What is compared of each node. */
export type TreeRow = z.infer<typeof rowSchema>;
export const rowsSchema = z.array(rowSchema);

const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const filesAtOnce = 100;
const maxFileBytes = 64 * 1024 ** 2;

/** What the kernel shows of a mounted tree, sorted by path. Without `lost+found` and the like: XFS has none. */
export async function mountedTree(folder: string): Promise<TreeRow[]> {
  const attributes = await mountedAttributes(folder);
  // not readdir: it goes through links to folders
  const printed = await tool("find", folder, "-mindepth", "1", "-printf", String.raw`%P\0`);
  const names = printed.split("\0").filter((name) => name !== "");
  names.sort();
  const rows: TreeRow[] = [];
  for (let at = 0; at < names.length; at += filesAtOnce) {
    const some = names.slice(at, at + filesAtOnce);
    rows.push(...(await Promise.all(some.map((name) => mountedRow(folder, name, attributes.get(name))))));
  }
  return rows;
}

async function mountedRow(
  folder: string,
  name: string,
  attributes: TreeRow["attributes"] = {},
): Promise<TreeRow> {
  const at = join(folder, name);
  const stat = await lstat(at);
  const isFile = stat.isFile();
  const isLink = stat.isSymbolicLink();
  return {
    path: `/${name}`,
    kind: isFile ? "file" : isLink ? "symlink" : stat.isDirectory() ? "directory" : "other",
    mode: stat.mode & 0o7777,
    sizeBytes: isFile ? stat.size : null,
    content: isFile ? hash(await readFile(at)) : isLink ? await readlink(at) : null,
    attributes,
  };
}

/** getfattr(1) prints `# file: name`, then `name=0xvalue`. */
async function mountedAttributes(folder: string): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  const printed = await tool("sh", "-c", 'cd "$0" && getfattr -R -P -h -e hex -d -m - .', folder);
  for (const line of printed.split("\n")) {
    const [name, value] = line.split("=0x");
    if (line.startsWith("# file: ")) found.set(unescape(line.slice(8)), (current = {}));
    else if (name !== undefined && value !== undefined) current[name] = hash(Buffer.from(value, "hex"));
  }
  return found;
}

/** Bytes that are not ASCII are printed as `\` and three octal digits. */
const unescape = (text: string): string =>
  Buffer.from(
    text.replace(/\\(\d{3})/g, (_all, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8))),
    "latin1",
  ).toString("utf8");

/** The same rows by our own readers. Each row's attributes are asked for by the names that `expected` has. */
export async function readerTree(tree: FileTree, expected: readonly TreeRow[]): Promise<TreeRow[]> {
  const names = new Map(expected.map((row) => [row.path, Object.keys(row.attributes)]));
  const rows: TreeRow[] = [];
  const folders = ["/"];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await tree.readDirectory(folder)) {
      const path = `${folder === "/" ? "" : folder}/${entry.name}`;
      const stat = await tree.lstat(path);
      if (stat === null) throw new Error(`${path} is listed and not there`);
      if (entry.kind !== "unknown" && entry.kind !== stat.kind) throw new Error(`${path} changes its kind`);
      if (stat.kind === "directory") folders.push(path);
      const isFile = stat.kind === "file";
      const bytes = isFile ? await tree.readFile(path, maxFileBytes) : null;
      const attributes: [string, string][] = [];
      for (const name of names.get(path) ?? []) {
        const value = await tree.attribute(path, name);
        attributes.push([name, Buffer.isBuffer(value) ? hash(value) : String(value)]);
      }
      rows.push({
        path,
        kind: stat.kind,
        mode: stat.mode,
        sizeBytes: isFile ? stat.sizeBytes : null,
        content: bytes === null ? await tree.readLink(path) : hash(bytes),
        attributes: Object.fromEntries(attributes),
      });
    }
  }
  return rows.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
