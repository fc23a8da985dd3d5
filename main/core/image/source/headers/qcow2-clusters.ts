import { truncated, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { Qcow2Layout } from "./qcow2-layout.ts";

/** L2 tables beyond this are not scanned: 256 MiB describe 2 TiB of disk in 64 KiB clusters. */
const maxScannedBytes = 256 * 1024 ** 2;

export interface ClusterUsage {
  allocatedBytes: number;
  compressed: boolean;
  /** True when the scan stopped early. */
  partial: boolean;
}

/**
 * Walks L1 and L2 tables and proves that every cluster they name lies in the file. Offsets are bits 9-55 of
 * an entry; bit 62 marks a compressed cluster (whose last sector may end past the file, by specification).
 */
export async function scanClusters(file: FileBytes, layout: Qcow2Layout): Promise<ClusterUsage> {
  const { clusterBytes, l1Offset, l1Entries } = layout;
  const usage: ClusterUsage = { allocatedBytes: 0, compressed: false, partial: false };
  const l1 = await file.read(l1Offset, l1Entries * 8);
  const guestBytesPerTable = clusterBytes * (clusterBytes / (layout.extendedL2 ? 16 : 8));
  const seen = new Set<number>();
  let scannedBytes = 0;
  for (let index = 0; index * guestBytesPerTable < layout.virtualBytes; index++) {
    const l2Offset = hostOffset(l1.readUInt32BE(index * 8), l1.readUInt32BE(index * 8 + 4));
    if (l2Offset === 0) continue;
    if (l2Offset % clusterBytes !== 0) throw unreadable(`${file.path} has a misplaced L2 table`);
    if (l2Offset + clusterBytes > file.sizeBytes) throw truncated(file.path, "an L2 table lies past its end");
    if (seen.has(l2Offset)) throw unreadable(`${file.path} uses one L2 table twice`);
    seen.add(l2Offset);
    scannedBytes += clusterBytes;
    if (scannedBytes > maxScannedBytes) return { ...usage, partial: true };
    const table = await file.read(l2Offset, clusterBytes);
    scanTable(file, layout, table, index * guestBytesPerTable, usage);
  }
  return usage;
}

function scanTable(
  file: FileBytes,
  layout: Qcow2Layout,
  table: Buffer,
  guestStart: number,
  usage: ClusterUsage,
): void {
  const entryBytes = layout.extendedL2 ? 16 : 8;
  for (let at = 0, guest = guestStart; at < table.length; at += entryBytes, guest += layout.clusterBytes) {
    if (guest >= layout.virtualBytes) return;
    const high = table.readUInt32BE(at);
    const low = table.readUInt32BE(at + 4);
    if ((high & 0x4000_0000) !== 0) {
      usage.compressed = true;
      addCompressed(file, layout.clusterBits, high, low, usage);
      continue;
    }
    const offset = hostOffset(high, low);
    if (offset === 0) continue;
    const held = layout.extendedL2 ? subclusterEnd(table.readUInt32BE(at + 12), layout) : layout.clusterBytes;
    const needed = Math.min(held, layout.virtualBytes - guest);
    if (offset + needed > file.sizeBytes) throw truncated(file.path, "data lies past its end");
    usage.allocatedBytes += layout.clusterBytes;
  }
}

/** Where the last subcluster that is there ends; bit n of the bitmap is subcluster n of 32. */
const subclusterEnd = (allocated: number, layout: Qcow2Layout): number =>
  (32 - Math.clz32(allocated)) * (layout.clusterBytes / 32);

/** Compressed descriptor: with x = 62 - (clusterBits - 8), bits 0..x-1 offset, x..61 further 512-byte sectors. */
function addCompressed(
  file: FileBytes,
  clusterBits: number,
  high: number,
  low: number,
  usage: ClusterUsage,
): void {
  const offsetBitsHigh = 62 - (clusterBits - 8) - 32;
  const offset = (high & (2 ** offsetBitsHigh - 1)) * 2 ** 32 + low;
  if (offset >= file.sizeBytes) throw truncated(file.path, "compressed data lies past its end");
  const sectors = ((high & 0x3fff_ffff) >>> offsetBitsHigh) + 1;
  usage.allocatedBytes += sectors * 512 - (offset % 512);
}

const hostOffset = (high: number, low: number): number =>
  (high & 0x00ff_ffff) * 2 ** 32 + (low - (low % 512));
