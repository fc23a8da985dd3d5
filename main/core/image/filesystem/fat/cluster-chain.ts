import { unreadable } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import type { FatLayout } from "./boot-sector.ts";
import { parseFatDirectory, type FatEntry } from "./directory.ts";

const maxDirectoryBytes = 16 * 1024 ** 2;

/** The clusters of a chain, one after the other, until `maxBytes` are there. */
export async function readChain(
  device: BlockDevice,
  layout: FatLayout,
  firstCluster: number,
  maxBytes: number,
): Promise<Buffer> {
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
    cluster = await nextCluster(device, layout, cluster);
  }
  return Buffer.concat(parts);
}

/** The cluster after this one; null at the end of a chain or where it is broken. */
async function nextCluster(device: BlockDevice, layout: FatLayout, cluster: number): Promise<number | null> {
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

export async function readFatRoot(device: BlockDevice, layout: FatLayout): Promise<FatEntry[]> {
  if (layout.bits === 32) return readFatDirectory(device, layout, layout.rootCluster);
  return parseFatDirectory(await readUpTo(device, layout.rootStartByte, layout.rootBytes));
}

export const readFatDirectory = async (
  device: BlockDevice,
  layout: FatLayout,
  firstCluster: number,
): Promise<FatEntry[]> => parseFatDirectory(await readChain(device, layout, firstCluster, maxDirectoryBytes));

/** The label counts where it stands as an entry of the root directory; the one in the boot sector is stale. */
export async function fatLabel(device: BlockDevice, layout: FatLayout): Promise<string | null> {
  const root = await readFatRoot(device, layout).catch(() => []);
  const entry = root.find((one) => one.isVolumeLabel && !one.isDirectory && one.firstCluster === 0);
  return entry?.name || null;
}
