import type { DirectoryEntry } from "#core/image/filesystem/filesystem.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** What one topic may cost, so that one with a million files takes nothing from another. Usual is a tenth of it. */
const limits = { folders: 500, files: 3000, readBytes: 8 * 1024 ** 2 };
/** On ext4 some 30,000 names; XFS and btrfs count alike. Such a folder is not listed. */
const maxFolderBytes = 1024 ** 2;
const maxDepth = 5;

export interface Sum {
  readonly files: number;
  readonly sizeBytes: number;
}

/** A bounded look at the files of an image. What is not there, or over the limits, is empty. */
export interface Survey {
  /** Entries of a folder; empty when there is none or it is too large to list. */
  list(path: string): Promise<readonly DirectoryEntry[]>;
  /** Whether a folder holds more names than are listed. */
  isHuge(path: string): Promise<boolean>;
  /** Size of a regular file that is no link; 0 for anything else. */
  sizeOf(path: string): Promise<number>;
  /** The first bytes of a file; null when there is none. */
  head(path: string, maxBytes: number): Promise<Buffer | null>;
  /** Regular files with content below a folder that `counts`; links are not followed. */
  sum(path: string, counts?: (name: string) => boolean): Promise<Sum>;
  /** Whether a limit was met: then more may lie in the image than was found. */
  readonly isCut: boolean;
}

export function createSurvey(tree: FileTree): Survey {
  const spent = { folders: 0, files: 0, readBytes: 0 };
  let isCut = false;

  function spend(what: keyof typeof spent, amount: number): boolean {
    if (spent[what] + amount > limits[what]) {
      isCut = true;
      return false;
    }
    spent[what] += amount;
    return true;
  }

  async function sizeOf(path: string): Promise<number> {
    if (!spend("files", 1)) return 0;
    const stat = await tree.lstat(path);
    return stat?.kind === "file" ? stat.sizeBytes : 0;
  }

  async function list(path: string): Promise<readonly DirectoryEntry[]> {
    if (!spend("folders", 1)) return [];
    const stat = await tree.stat(path);
    if (stat?.kind !== "directory") return [];
    if (stat.sizeBytes > maxFolderBytes) {
      isCut = true;
      return [];
    }
    return tree.readDirectory(path);
  }

  async function sum(path: string, counts: (name: string) => boolean, depth: number): Promise<Sum> {
    const entries = await list(path);
    const parts = await Promise.all(
      entries.map(async ({ name, kind }) => {
        const below = `${path}/${name}`;
        const known = kind === "unknown" ? ((await tree.lstat(below))?.kind ?? "other") : kind;
        if (known === "directory") return depth < maxDepth ? sum(below, counts, depth + 1) : null;
        if (known !== "file" || !counts(name)) return null;
        const sizeBytes = await sizeOf(below);
        return sizeBytes > 0 ? { files: 1, sizeBytes } : null;
      }),
    );
    const total = { files: 0, sizeBytes: 0 };
    for (const part of parts) {
      total.files += part?.files ?? 0;
      total.sizeBytes += part?.sizeBytes ?? 0;
    }
    return total;
  }

  return {
    list,
    sizeOf,
    isHuge: async (path) => {
      const stat = await tree.stat(path);
      return stat?.kind === "directory" && stat.sizeBytes > maxFolderBytes;
    },
    async head(path, maxBytes) {
      if (!spend("files", 1)) return null;
      const file = await tree.openFile(path);
      if (file === null) return null;
      const length = Math.min(file.sizeBytes, maxBytes);
      return spend("readBytes", length) ? file.read(0, length) : null;
    },
    sum: (path, counts = () => true) => sum(path, counts, 0),
    get isCut() {
      return isCut;
    },
  };
}
