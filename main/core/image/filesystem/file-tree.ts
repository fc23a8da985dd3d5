import { unreadable } from "#core/image/source/binary.ts";
import type { DirectoryEntry, FileNode, Filesystem, NodeKind } from "./filesystem.ts";

/** Linux follows 40 links in one path (path_resolution(7)). */
const maxLinks = 40;
const maxComponents = 2000;

export interface Mount {
  /** Absolute, without a slash at the end; `/` for the root. */
  readonly path: string;
  readonly filesystem: Filesystem;
}

export interface TreeFile {
  readonly sizeBytes: number;
  /** Shorter at the end of the file. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>;
}

export interface TreeStat {
  readonly kind: NodeKind;
  readonly sizeBytes: number;
  readonly mode: number;
}

/**
 * The files of an image under the paths that its own system gives them, across mounted filesystems. Links are
 * followed inside the image only: an absolute one starts at the image's root and `..` stops there. What is
 * not there, or behind a ring of links, is null.
 */
export interface FileTree {
  stat(path: string): Promise<TreeStat | null>;
  /** Does not follow the last component. */
  lstat(path: string): Promise<TreeStat | null>;
  /** Where a path ends up after all links; null when that does not exist. */
  realPath(path: string): Promise<string | null>;
  /** Target of a link as it is written; null when the path is no link. */
  readLink(path: string): Promise<string | null>;
  /** null when it is no regular file. Throws `image-unreadable` when it is larger than `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<Buffer | null>;
  readText(path: string, maxBytes: number): Promise<string | null>;
  openFile(path: string): Promise<TreeFile | null>;
  /** Of the last component itself. null: not there; `unsupported`: this filesystem's attributes are not read. */
  attribute(path: string, name: string): Promise<Buffer | null | "unsupported">;
  /** Sorted by name (code units); empty when it is no folder. */
  readDirectory(path: string): Promise<readonly DirectoryEntry[]>;
}

interface Position {
  readonly filesystem: Filesystem;
  readonly node: FileNode;
  readonly path: string;
}

export function createFileTree(mounts: readonly Mount[]): FileTree {
  const byPath = new Map(mounts.map((mount) => [mount.path, mount.filesystem]));
  const rootFilesystem = byPath.get("/");
  if (rootFilesystem === undefined) throw new Error("A tree needs a root");

  const rootPosition = async (): Promise<Position> => ({
    filesystem: rootFilesystem,
    node: await rootFilesystem.root(),
    path: "/",
  });

  async function walk(path: string, followLast: boolean): Promise<Position | null> {
    const ahead = path.split("/").reverse();
    let stack = [await rootPosition()];
    let links = 0;
    let steps = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      if (++steps > maxComponents) return null;
      const here = stack.at(-1);
      if (here === undefined || here.node.kind !== "directory") return null;
      if (name === "" || name === ".") continue;
      if (name === "..") {
        if (stack.length > 1) stack.pop();
        continue;
      }
      const node = await here.filesystem.lookup(here.node, name);
      if (node === null) return null;
      const isLast = ahead.every((rest) => rest === "" || rest === ".");
      if (node.kind === "symlink" && (!isLast || followLast)) {
        if (++links > maxLinks) return null;
        const target = await here.filesystem.readLink(node);
        if (target === "") return null;
        if (target.startsWith("/")) stack = [await rootPosition()];
        ahead.push(...target.split("/").reverse());
        continue;
      }
      const below = here.path === "/" ? `/${name}` : `${here.path}/${name}`;
      const mounted = node.kind === "directory" ? byPath.get(below) : undefined;
      stack.push(
        mounted === undefined
          ? { filesystem: here.filesystem, node, path: below }
          : { filesystem: mounted, node: await mounted.root(), path: below },
      );
    }
    return stack.at(-1) ?? null;
  }

  const statOf = (position: Position | null): TreeStat | null =>
    position === null
      ? null
      : { kind: position.node.kind, sizeBytes: position.node.sizeBytes, mode: position.node.mode };

  async function openFile(path: string): Promise<TreeFile | null> {
    const found = await walk(path, true);
    if (found?.node.kind !== "file") return null;
    const { filesystem, node } = found;
    return { sizeBytes: node.sizeBytes, read: (offset, length) => filesystem.read(node, offset, length) };
  }

  async function readFile(path: string, maxBytes: number): Promise<Buffer | null> {
    const file = await openFile(path);
    if (file === null) return null;
    if (file.sizeBytes > maxBytes) throw unreadable(`${path} is larger than ${maxBytes} bytes`);
    return file.read(0, file.sizeBytes);
  }

  return {
    stat: async (path) => statOf(await walk(path, true)),
    lstat: async (path) => statOf(await walk(path, false)),
    realPath: async (path) => (await walk(path, true))?.path ?? null,
    readLink: async (path) => {
      const found = await walk(path, false);
      return found?.node.kind === "symlink" ? found.filesystem.readLink(found.node) : null;
    },
    openFile,
    readFile,
    readText: async (path, maxBytes) => (await readFile(path, maxBytes))?.toString("utf8") ?? null,
    attribute: async (path, name) => {
      const found = await walk(path, false);
      if (found === null) return null;
      if (found.filesystem.attribute === undefined) return "unsupported";
      return found.filesystem.attribute(found.node, name);
    },
    readDirectory: async (path) => {
      const found = await walk(path, true);
      if (found?.node.kind !== "directory") return [];
      const entries = [...(await found.filesystem.list(found.node))];
      return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    },
  };
}
