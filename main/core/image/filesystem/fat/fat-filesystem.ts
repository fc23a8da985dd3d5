import { unreadable } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import type { FileNode, Filesystem } from "#core/image/filesystem/filesystem.ts";
import type { FatLayout } from "./boot-sector.ts";
import { parseFatDirectory, type FatEntry } from "./directory.ts";

const maxDirectoryBytes = 16 * 1024 ** 2;
const maxReadBytes = 256 * 1024 ** 2;

interface FatNode extends FileNode {
  readonly firstCluster: number;
  readonly isRoot: boolean;
}

const rootNode: FatNode = { kind: "directory", sizeBytes: 0, mode: 0o755, firstCluster: 0, isRoot: true };

/** FAT12, FAT16 and FAT32 with long names, read-only. Names are looked up regardless of case. */
export function openFat(device: BlockDevice, layout: FatLayout, label: string | null): Filesystem<FatNode> {
  /** The cluster after this one; null at the end of a chain or where it is broken. */
  async function nextCluster(cluster: number): Promise<number | null> {
    const { bits, fatStartByte, fatBytes, clusters } = layout;
    const at = bits === 12 ? cluster + Math.floor(cluster / 2) : cluster * (bits / 8);
    const width = bits === 32 ? 4 : 2;
    if (at + width > fatBytes) return null;
    const entry = await readUpTo(device, fatStartByte + at, width);
    if (entry.length < width) return null;
    let next = bits === 32 ? entry.readUInt32LE(0) & 0x0fff_ffff : entry.readUInt16LE(0);
    if (bits === 12) next = cluster % 2 === 0 ? next & 0xfff : next >>> 4;
    return next >= 2 && next < clusters + 2 ? next : null;
  }

  async function readChain(firstCluster: number, maxBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    const seen = new Set<number>();
    let bytes = 0;
    for (let cluster: number | null = firstCluster; cluster !== null && bytes < maxBytes;) {
      if (cluster < 2 || cluster >= layout.clusters + 2 || seen.has(cluster)) {
        throw unreadable("A chain of FAT clusters is damaged");
      }
      seen.add(cluster);
      const at = layout.dataStartByte + (cluster - 2) * layout.clusterBytes;
      parts.push(await device.read(at, layout.clusterBytes));
      bytes += layout.clusterBytes;
      cluster = await nextCluster(cluster);
    }
    return Buffer.concat(parts);
  }

  async function entries(directory: FatNode): Promise<FatEntry[]> {
    if (directory.isRoot && layout.bits !== 32) {
      return parseFatDirectory(await readUpTo(device, layout.rootStartByte, layout.rootBytes));
    }
    const cluster = directory.isRoot ? layout.rootCluster : directory.firstCluster;
    return parseFatDirectory(await readChain(cluster, maxDirectoryBytes));
  }

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
      const found = (await entries(directory)).find(
        (e) => !e.isVolumeLabel && e.name.toLowerCase() === wanted,
      );
      return found === undefined ? null : toNode(found);
    },
    list: async (directory) =>
      (await entries(directory))
        .filter((entry) => !entry.isVolumeLabel)
        .map((entry) => ({ name: entry.name, kind: entry.isDirectory ? "directory" : "file" })),
    read: async (file, offsetBytes, lengthBytes) => {
      const end = Math.min(offsetBytes + lengthBytes, file.sizeBytes);
      if (end <= offsetBytes) return Buffer.alloc(0);
      if (end > maxReadBytes) throw unreadable("A file is too large to be read at once");
      return (await readChain(file.firstCluster, end)).subarray(offsetBytes, end);
    },
    readLink: () => Promise.reject(unreadable("FAT has no links")),
  };
}

/** The label counts where it stands as an entry of the root directory; the one in the boot sector is stale. */
export async function fatLabel(device: BlockDevice, layout: FatLayout): Promise<string | null> {
  const filesystemRoot =
    layout.bits === 32
      ? layout.dataStartByte + (layout.rootCluster - 2) * layout.clusterBytes
      : layout.rootStartByte;
  const bytes = layout.bits === 32 ? layout.clusterBytes : layout.rootBytes;
  if (filesystemRoot < 0) return null;
  const root = parseFatDirectory(await readUpTo(device, filesystemRoot, bytes));
  return root.find((entry) => entry.isVolumeLabel)?.name ?? null;
}
