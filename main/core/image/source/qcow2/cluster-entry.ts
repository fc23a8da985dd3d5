import { unreadable } from "#core/image/source/binary.ts";
import type { ClusterEntry } from "#core/image/source/clusters/cluster-device.ts";
import type { Qcow2Layout } from "#core/image/source/headers/qcow2-layout.ts";

const zero: ClusterEntry = { kind: "zero" };

/**
 * Reads the entry at `at` of an L2 table (QEMU docs/interop/qcow2.rst, "Cluster mapping"). `zeroSubclusters`: bit n is set where subcluster n reads as zeros; without a
 * backing file what is not allocated does so too.
 */
export function readClusterEntry(table: Buffer, at: number, layout: Qcow2Layout): ClusterEntry {
  const high = table.readUInt32BE(at);
  const low = table.readUInt32BE(at + 4);
  if ((high & 0x4000_0000) !== 0) return compressedEntry(high, low, layout.clusterBits);
  const hostOffset = tableOffset(high, low);
  const allZero = layout.extendedL2 ? 0 : low & 1;
  if (hostOffset === 0 || allZero === 1) return zero;
  if (hostOffset % layout.clusterBytes !== 0) throw unreadable("The image has a misplaced cluster");
  if (!layout.extendedL2) return { kind: "data", hostOffset, zeroSubclusters: 0 };
  const allocated = table.readUInt32BE(at + 12);
  const zeroed = table.readUInt32BE(at + 8);
  if ((allocated & zeroed) !== 0) throw unreadable("The image has a subcluster that is two things at once");
  return allocated === 0 ? zero : { kind: "data", hostOffset, zeroSubclusters: ~allocated };
}

/** With x = 62 - (clusterBits - 8): bits 0 to x-1 are the offset, x to 61 how many more sectors it touches. */
function compressedEntry(high: number, low: number, clusterBits: number): ClusterEntry {
  const offsetBitsHigh = 62 - (clusterBits - 8) - 32;
  const hostOffset = (high & (2 ** offsetBitsHigh - 1)) * 2 ** 32 + low;
  const sectors = ((high & 0x3fff_ffff) >>> offsetBitsHigh) + 1;
  return { kind: "compressed", hostOffset, packedBytes: sectors * 512 - (hostOffset % 512) };
}

/** Bits 9 to 55. */
export const tableOffset = (high: number, low: number): number =>
  (high & 0x00ff_ffff) * 2 ** 32 + (low - (low % 512));
