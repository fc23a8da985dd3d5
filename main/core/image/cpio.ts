/** One entry of a file tree that is packed into an initramfs; owners are always root. */
export type TreeEntry =
  | { kind: "directory"; path: string; mode?: number }
  | { kind: "file"; path: string; mode?: number; content: Uint8Array }
  | { kind: "symlink"; path: string; target: string }
  | { kind: "character-device"; path: string; mode?: number; major: number; minor: number };

/** File type bits of st_mode, inode(7). */
const typeBits = { directory: 0o040000, file: 0o100000, symlink: 0o120000, "character-device": 0o020000 };
const defaultMode = { directory: 0o755, file: 0o644, symlink: 0o777, "character-device": 0o600 };

/**
 * A "newc" cpio archive, the form that Linux unpacks as initramfs (kernel documentation,
 * driver-api/early-userspace/buffer-format). Paths are relative; missing parent folders are added, because
 * the kernel silently drops files without one.
 */
export function cpioArchive(entries: Iterable<TreeEntry>): Uint8Array {
  const parts: Uint8Array[] = [];
  let inode = 1;
  for (const entry of withParents(entries)) parts.push(...record(entry, inode++));
  parts.push(...record({ kind: "file", path: "TRAILER!!!", content: new Uint8Array(0), mode: 0 }, 0, 0));
  return Buffer.concat(parts);
}

function* record(entry: TreeEntry, inode: number, type = typeBits[entry.kind]): Generator<Uint8Array> {
  const body =
    entry.kind === "file"
      ? entry.content
      : entry.kind === "symlink"
        ? Buffer.from(entry.target)
        : new Uint8Array(0);
  const name = Buffer.from(`${entry.path}\0`);
  const mode = entry.kind === "symlink" ? defaultMode.symlink : (entry.mode ?? defaultMode[entry.kind]);
  const device = entry.kind === "character-device" ? [entry.major, entry.minor] : [0, 0];
  // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
  const fields = [inode, type | mode, 0, 0, 1, 0, body.length, 0, 0, ...device, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  yield header;
  yield name;
  yield padding(header.length + name.length);
  yield body;
  yield padding(body.length);
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);

function withParents(entries: Iterable<TreeEntry>): TreeEntry[] {
  const tree = new Map<string, TreeEntry>();
  for (const entry of entries) {
    const path = entry.path.replace(/^\/+/, "");
    const names = path.split("/");
    for (let depth = 1; depth < names.length; depth++) {
      const parent = names.slice(0, depth).join("/");
      if (!tree.has(parent)) tree.set(parent, { kind: "directory", path: parent });
    }
    tree.delete(path);
    tree.set(path, { ...entry, path });
  }
  return [...tree.values()];
}
