import { unreadable } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import type { FatLayout } from "./boot-sector.ts";
import { parseFatDirectory, type FatEntry } from "./directory.ts";

const maxDirectoryBytes = 16 * 1024 ** 2;

/** So much of the FAT is read at once; a chain mostly goes on close to where it is. */
const windowBytes = 16 * 1024;
/** Then others get their turn. */
const clustersPerTurn = 2000;

/** `count` clusters that lie one after the other. */
export interface ClusterRun {
  readonly first: number;
  readonly count: number;
}

/** Where a chain leads, for at most `maxBytes`. Throws `image-unreadable` for a ring and for what leads nowhere. */
export async function chainRuns(
  device: BlockDevice,
  layout: FatLayout,
  firstCluster: number,
  maxBytes: number,
): Promise<ClusterRun[]> {
  const next = createChainStep(device, layout);
  const maxClusters = Math.ceil(maxBytes / layout.clusterBytes);
  const runs: ClusterRun[] = [];
  let mark = 0; // a ring comes back to the cluster that was last marked, at each power of two
  for (
    let cluster: number | null = firstCluster, count = 0;
    cluster !== null && count < maxClusters;
    count++
  ) {
    if (cluster < 2 || cluster >= layout.clusters + 2 || cluster === mark)
      throw unreadable("A chain of FAT clusters is damaged");
    if ((count & (count - 1)) === 0) mark = cluster;
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === cluster)
      runs[runs.length - 1] = { first: last.first, count: last.count + 1 };
    else runs.push({ first: cluster, count: 1 });
    if (count % clustersPerTurn === clustersPerTurn - 1)
      await new Promise<void>((resolve) => void setImmediate(resolve));
    cluster = await next(cluster);
  }
  return runs;
}

/** A part of what the runs hold; shorter where they end. */
export async function readRuns(
  device: BlockDevice,
  layout: FatLayout,
  runs: readonly ClusterRun[],
  offsetBytes: number,
  lengthBytes: number,
): Promise<Buffer> {
  const parts: Promise<Buffer>[] = [];
  const end = offsetBytes + lengthBytes;
  let at = 0;
  for (const { first, count } of runs) {
    const bytes = count * layout.clusterBytes;
    const from = Math.max(offsetBytes, at);
    const to = Math.min(end, at + bytes);
    if (from < to) {
      const start = layout.dataStartByte + (first - 2) * layout.clusterBytes;
      parts.push(device.read(start + (from - at), to - from));
    }
    at += bytes;
    if (at >= end) break;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(await Promise.all(parts));
}

/** Answers the cluster after one; null at the end of a chain or where it is broken. */
function createChainStep(
  device: BlockDevice,
  layout: FatLayout,
): (cluster: number) => Promise<number | null> {
  const { bits, fatStartByte, fatBytes, clusters } = layout;
  const width = bits === 32 ? 4 : 2;
  let window: Buffer = Buffer.alloc(0);
  let windowAt = 0;
  return async (cluster) => {
    const at = bits === 12 ? cluster + Math.floor(cluster / 2) : cluster * (bits / 8);
    if (at + width > fatBytes) return null;
    if (at < windowAt || at + width > windowAt + window.length) {
      windowAt = at;
      window = await readUpTo(device, fatStartByte + at, Math.min(windowBytes, fatBytes - at));
      if (window.length < width) return null;
    }
    const entry = at - windowAt;
    let next = bits === 32 ? window.readUInt32LE(entry) & 0x0fff_ffff : window.readUInt16LE(entry);
    if (bits === 12) next = cluster % 2 === 0 ? next & 0xfff : next >>> 4;
    return next >= 2 && next < clusters + 2 ? next : null;
  };
}

export async function readFatRoot(device: BlockDevice, layout: FatLayout): Promise<FatEntry[]> {
  if (layout.bits === 32) return readFatDirectory(device, layout, layout.rootCluster);
  return parseFatDirectory(await readUpTo(device, layout.rootStartByte, layout.rootBytes));
}

export const readFatDirectory = async (
  device: BlockDevice,
  layout: FatLayout,
  firstCluster: number,
): Promise<FatEntry[]> => {
  const runs = await chainRuns(device, layout, firstCluster, maxDirectoryBytes);
  return parseFatDirectory(await readRuns(device, layout, runs, 0, maxDirectoryBytes));
};

/** The label counts where it stands as an entry of the root directory; the one in the boot sector is stale. */
export async function fatLabel(device: BlockDevice, layout: FatLayout): Promise<string | null> {
  const root = await readFatRoot(device, layout).catch(() => []);
  const entry = root.find((one) => one.isVolumeLabel && !one.isDirectory && one.firstCluster === 0);
  return entry?.name || null;
}
