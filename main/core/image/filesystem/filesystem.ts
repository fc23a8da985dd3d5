export type NodeKind = "file" | "directory" | "symlink" | "other";

/** A file, folder or link as its filesystem knows it; only the filesystem that made it can read it. */
export interface FileNode {
  readonly kind: NodeKind;
  readonly sizeBytes: number;
  /** POSIX permission bits; 0o755 where the filesystem has none. */
  readonly mode: number;
}

export interface DirectoryEntry {
  readonly name: string;
  /** `unknown` where the directory does not tell and the inode would have to be read. */
  readonly kind: NodeKind | "unknown";
}

/** A tree of files with a root of its own inside a filesystem: a subvolume or snapshot of btrfs. */
export interface Subvolume {
  readonly id: number;
  /** From the top level, without a slash in front. */
  readonly path: string;
  readonly isReadOnly: boolean;
}

/**
 * One filesystem, read-only. Every reader keeps the same promise: whatever the bytes are, an answer or
 * `image-unreadable`, in bounded time and memory. Paths and links between filesystems are `file-tree.ts`.
 */
export interface Filesystem<N extends FileNode = FileNode> {
  /** As libblkid names it: `ext4`, `vfat`, `iso9660`. */
  readonly type: string;
  readonly label: string | null;
  readonly uuid: string | null;
  /** What a user should know about its state. */
  readonly notes: readonly string[];
  root(): Promise<N>;
  /** null when there is no such name. */
  lookup(directory: N, name: string): Promise<N | null>;
  /** Without `.` and `..`. */
  list(directory: N): Promise<readonly DirectoryEntry[]>;
  /** Shorter at the end of the file. */
  read(file: N, offsetBytes: number, lengthBytes: number): Promise<Buffer>;
  readLink(link: N): Promise<string>;
  /** Value of an extended attribute such as `security.selinux`; null when the node has none. Absent: not read here. */
  attribute?(node: N, name: string): Promise<Buffer | null>;
  /** Path of the subvolume that `root()` is the top of; empty for the top level. Absent: no subvolumes here. */
  readonly subvolume?: string | null;
  /** The same filesystem with another root: as `subvol=` or `subvolid=` name it. null when there is none. */
  openSubvolume?(which: string | number): Promise<Filesystem<N> | null>;
  /** All of them, oldest first; a folder of snapshots can make that thousands. */
  subvolumes?(): Promise<readonly Subvolume[]>;
}
