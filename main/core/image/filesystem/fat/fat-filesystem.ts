import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import type { FileNode, Filesystem } from "#core/image/filesystem/filesystem.ts";
import type { FatLayout } from "./boot-sector.ts";
import { chainRuns, readFatDirectory, readFatRoot, readRuns, type ClusterRun } from "./cluster-chain.ts";
import type { FatEntry } from "./directory.ts";

const maxReadBytes = 256 * 1024 ** 2;
/** Larger folders are read again; none on an EFI partition is. */
const maxCachedEntries = 5000;

interface FatNode extends FileNode {
  readonly firstCluster: number;
  readonly isRoot: boolean;
}

const rootNode: FatNode = { kind: "directory", sizeBytes: 0, mode: 0o755, firstCluster: 0, isRoot: true };

/** FAT12, FAT16 and FAT32 with long names, read-only. Names are looked up regardless of case. */
export function openFat(device: BlockDevice, layout: FatLayout, label: string | null): Filesystem<FatNode> {
  const folders = createBoundedMap<number, FatEntry[]>(64);
  const entries = async (directory: FatNode): Promise<FatEntry[]> => {
    const known = folders.get(directory.firstCluster);
    if (known !== undefined) return known;
    const all = directory.isRoot
      ? await readFatRoot(device, layout)
      : await readFatDirectory(device, layout, directory.firstCluster);
    const found = all.filter((entry) => !entry.isVolumeLabel);
    if (found.length <= maxCachedEntries) folders.set(directory.firstCluster, found);
    return found;
  };

  /** A kernel is read in pieces; its chain is followed once. */
  const chains = createBoundedMap<number, Promise<ClusterRun[]>>(32);
  const runsOf = (file: FatNode): Promise<ClusterRun[]> => {
    const known = chains.get(file.firstCluster);
    if (known !== undefined) return known;
    const runs = chainRuns(device, layout, file.firstCluster, file.sizeBytes);
    chains.set(file.firstCluster, runs);
    return runs;
  };

  const toNode = (entry: FatEntry): FatNode => ({
    kind: entry.isDirectory ? "directory" : "file",
    sizeBytes: entry.sizeBytes,
    mode: 0o755,
    firstCluster: entry.firstCluster,
    isRoot: entry.isDirectory && entry.firstCluster === 0,
  });

  return {
    type: "vfat",
    label,
    uuid: layout.serial,
    notes: [],
    root: () => Promise.resolve(rootNode),
    lookup: async (directory, name) => {
      const wanted = name.toLowerCase();
      const found = (await entries(directory)).find((entry) => entry.name.toLowerCase() === wanted);
      return found === undefined ? null : toNode(found);
    },
    list: async (directory) =>
      (await entries(directory)).map((entry) => ({
        name: entry.name,
        kind: entry.isDirectory ? "directory" : "file",
      })),
    read: async (file, offsetBytes, lengthBytes) => {
      const end = Math.min(offsetBytes + lengthBytes, file.sizeBytes);
      if (end <= offsetBytes) return Buffer.alloc(0);
      if (end - offsetBytes > maxReadBytes) throw unreadable("A file is too large to be read at once");
      const bytes = await readRuns(device, layout, await runsOf(file), offsetBytes, end - offsetBytes);
      if (bytes.length < end - offsetBytes)
        throw unreadable("A chain of FAT clusters ends before its file does");
      return bytes;
    },
    readLink: () => Promise.reject(unreadable("FAT has no links")),
  };
}
