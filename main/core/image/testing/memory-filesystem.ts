import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import type { DirectoryEntry, FileNode, Filesystem } from "#core/image/filesystem/filesystem.ts";

/** Text or bytes make a file, `{ link }` a symbolic link, null an empty folder. Parents come by themselves. */
export type MemoryFiles = Readonly<Record<string, string | Buffer | { readonly link: string } | null>>;

interface MemoryNode extends FileNode {
  readonly content: Buffer;
  readonly link: string;
  readonly children: Map<string, MemoryNode>;
}

const directory = (): MemoryNode => ({
  kind: "directory",
  sizeBytes: 0,
  mode: 0o755,
  content: Buffer.alloc(0),
  link: "",
  children: new Map(),
});

function leaf(value: MemoryFiles[string]): MemoryNode {
  if (value === null || value === undefined) return directory();
  if (typeof value === "object" && "link" in value)
    return { ...directory(), kind: "symlink", link: value.link };
  const content = Buffer.from(value);
  return { ...directory(), kind: "file", sizeBytes: content.length, content };
}

export function createMemoryFilesystem(files: MemoryFiles): Filesystem<MemoryNode> {
  const root = directory();
  for (const [path, value] of Object.entries(files)) {
    const names = path.split("/").filter((name) => name !== "");
    const last = names.pop();
    let folder = root;
    for (const name of names) {
      const next = folder.children.get(name) ?? directory();
      folder.children.set(name, next);
      folder = next;
    }
    if (last !== undefined) folder.children.set(last, leaf(value));
  }
  return {
    type: "ext4",
    label: null,
    uuid: null,
    notes: [],
    root: () => Promise.resolve(root),
    lookup: (folder, name) => Promise.resolve(folder.children.get(name) ?? null),
    list: (folder) =>
      Promise.resolve(
        [...folder.children].map(([name, node]): DirectoryEntry => ({ name, kind: node.kind })),
      ),
    read: (file, offset, length) => Promise.resolve(file.content.subarray(offset, offset + length)),
    readLink: (link) => Promise.resolve(link.link),
  };
}

export const createMemoryTree = (files: MemoryFiles): FileTree =>
  createFileTree([{ path: "/", filesystem: createMemoryFilesystem(files) }]);
