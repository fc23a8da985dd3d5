import { promisify } from "node:util";
import { inflate } from "node:zlib";
import type { OpenBlockDevice } from "#core/image/source/block-device.ts";
import { truncated, unreadable } from "#core/image/source/binary.ts";
import { clusterDevice, type ClusterEntry } from "#core/image/source/clusters/cluster-device.ts";
import { recentlyUsed } from "#core/image/source/clusters/recently-used.ts";
import { openFileBytes, type HostFile } from "#core/image/source/file-bytes.ts";
import type { VmdkHeader } from "#core/image/source/headers/vmdk-header.ts";
import { readVmdkLayout } from "#core/image/source/headers/vmdk.ts";

const unzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate);
const sectorBytes = 512;
/** Place (u64) and length (u32) in front of a packed grain. */
const markerBytes = 12;
const maxTables = 4096;

/** A one-file VMDK, read by ourselves. The header is checked again: the file may have changed since. */
export async function openVmdkDevice(path: string): Promise<OpenBlockDevice> {
  const file = await openFileBytes(path);
  try {
    const { header } = await readVmdkLayout(file);
    if (header.compressed && !header.markers)
      throw unreadable(`${path} has compressed grains without markers`);
    const count = Math.ceil(header.capacityBytes / (header.grainBytes * header.grainsPerTable));
    const directory = await file.read(header.directoryOffset, count * 4);
    if (directory.length < count * 4) throw truncated(path, "its grain directory lies past the end");
    return createDevice(file, header, directory);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function createDevice(file: HostFile, header: VmdkHeader, directory: Buffer): OpenBlockDevice {
  const { grainBytes: clusterBytes, grainsPerTable, capacityBytes: sizeBytes } = header;
  const tables = recentlyUsed<Buffer>(maxTables);

  /** In sectors; 0 and 1: there is none. */
  const tableSector = (cluster: number): number =>
    directory.readUInt32LE(Math.floor(cluster / grainsPerTable) * 4);

  async function entryOf(cluster: number): Promise<ClusterEntry> {
    const sector = tableSector(cluster);
    if (sector <= 1) return { kind: "zero" };
    const table = await tables(sector, () => file.read(sector * sectorBytes, grainsPerTable * 4));
    if (table.length < grainsPerTable * 4) throw truncated(file.path, "a grain table lies past its end");
    const grain = table.readUInt32LE((cluster % grainsPerTable) * 4);
    if (grain <= 1) return { kind: "zero" };
    const hostOffset = grain * sectorBytes;
    if (!header.compressed) return { kind: "data", hostOffset, zeroSubclusters: 0 };
    const marker = await file.read(hostOffset, markerBytes);
    if (marker.length < markerBytes) throw truncated(file.path, "a grain lies past its end");
    const packedBytes = marker.readUInt32LE(8);
    // deflate makes data that does not pack a little longer
    if (packedBytes === 0 || packedBytes > 2 * clusterBytes)
      throw unreadable("The image has a damaged grain");
    return { kind: "compressed", hostOffset: hostOffset + markerBytes, packedBytes };
  }

  function nextMapped(cluster: number): Promise<number> {
    let next = cluster;
    while (next * clusterBytes < sizeBytes && tableSector(next) <= 1) {
      next = (Math.floor(next / grainsPerTable) + 1) * grainsPerTable;
    }
    return Promise.resolve(next);
  }

  async function unpack(packed: Buffer): Promise<Buffer> {
    try {
      return await unzip(packed, { maxOutputLength: clusterBytes });
    } catch {
      throw unreadable("The image has a damaged compressed grain", "Check it with `qemu-img check`.");
    }
  }

  return {
    ...clusterDevice({ file, sizeBytes, clusterBytes, entryOf, nextMapped, unpack }),
    assertUnchanged: () => file.assertUnchanged(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}
