import type { OpenBlockDevice } from "#core/image/source/block-device.ts";
import { truncated } from "#core/image/source/binary.ts";
import { clusterDevice, type ClusterEntry } from "#core/image/source/clusters/cluster-device.ts";
import { recentlyUsed } from "#core/image/source/clusters/recently-used.ts";
import { openFileBytes, type HostFile } from "#core/image/source/file-bytes.ts";
import type { Qcow2Layout } from "#core/image/source/headers/qcow2-layout.ts";
import { readQcow2Layout } from "#core/image/source/headers/qcow2.ts";
import { readClusterEntry, tableOffset } from "./cluster-entry.ts";
import { unpackCluster } from "./unpack-cluster.ts";

const maxTableBytes = 16 * 1024 ** 2;

/**
 * A qcow2 file without a backing file, read by ourselves: no program to start, no round trips. The header is checked
 * here again, because the file may have changed since it was identified.
 */
export async function openQcow2Device(path: string): Promise<OpenBlockDevice> {
  const file = await openFileBytes(path);
  try {
    const { layout } = await readQcow2Layout(file);
    const l1 = await file.read(layout.l1Offset, layout.l1Entries * 8);
    if (l1.length < layout.l1Entries * 8) throw truncated(path, "its L1 table is cut off");
    return createDevice(file, layout, l1);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function createDevice(file: HostFile, layout: Qcow2Layout, l1: Buffer): OpenBlockDevice {
  const { clusterBytes, virtualBytes: sizeBytes } = layout;
  const entryBytes = layout.extendedL2 ? 16 : 8;
  const tableEntries = clusterBytes / entryBytes;
  const tables = recentlyUsed<Buffer>(Math.max(4, Math.floor(maxTableBytes / clusterBytes)));

  /** 0: nothing below it is allocated. */
  const offsetOfTable = (index: number): number =>
    tableOffset(l1.readUInt32BE(index * 8), l1.readUInt32BE(index * 8 + 4));

  async function entryOf(cluster: number): Promise<ClusterEntry> {
    const offset = offsetOfTable(Math.floor(cluster / tableEntries));
    if (offset === 0) return { kind: "zero" };
    const table = await tables(offset, () => file.read(offset, clusterBytes));
    if (table.length < clusterBytes) throw truncated(file.path, "an L2 table lies past its end");
    return readClusterEntry(table, (cluster % tableEntries) * entryBytes, layout);
  }

  function nextMapped(cluster: number): Promise<number> {
    let next = cluster;
    while (next * clusterBytes < sizeBytes && offsetOfTable(Math.floor(next / tableEntries)) === 0) {
      next = (Math.floor(next / tableEntries) + 1) * tableEntries;
    }
    return Promise.resolve(next);
  }

  const unpack = (packed: Buffer): Promise<Buffer> => unpackCluster(packed, layout.compression, clusterBytes);
  return {
    ...clusterDevice({ file, sizeBytes, clusterBytes, entryOf, nextMapped, unpack }),
    assertUnchanged: () => file.assertUnchanged(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
