import { assertInside, type ByteRange, type OpenBlockDevice } from "#core/image/source/block-device.ts";
import { truncated } from "#core/image/source/binary.ts";
import { openFileBytes, type HostFile } from "#core/image/source/file-bytes.ts";
import type { Qcow2Layout } from "#core/image/source/headers/qcow2-layout.ts";
import { readQcow2Layout } from "#core/image/source/headers/qcow2.ts";
import { readClusterEntry, subclusters, tableOffset, type ClusterEntry } from "./cluster-entry.ts";
import { unpackCluster } from "./unpack-cluster.ts";

const maxTableBytes = 16 * 1024 ** 2;
/** A page cache keeps pages of 64 KiB; larger clusters would be unpacked once for each of theirs. */
const maxUnpackedBytes = 8 * 1024 ** 2;

/** Reads and unpackings under way for one call. */
const maxWork = 32;

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
  const { clusterBytes, virtualBytes } = layout;
  const entryBytes = layout.extendedL2 ? 16 : 8;
  const tableEntries = clusterBytes / entryBytes;
  const tables = recentlyUsed<Buffer | null>(Math.max(4, Math.floor(maxTableBytes / clusterBytes)));
  const unpacked = recentlyUsed<Buffer>(Math.max(2, Math.floor(maxUnpackedBytes / clusterBytes)));

  /** null: nothing below it is allocated. */
  const table = (index: number): Promise<Buffer | null> =>
    tables(index, async () => {
      const offset = tableOffset(l1.readUInt32BE(index * 8), l1.readUInt32BE(index * 8 + 4));
      if (offset === 0) return null;
      const bytes = await file.read(offset, clusterBytes);
      if (bytes.length < clusterBytes) throw truncated(file.path, "an L2 table lies past its end");
      return bytes;
    });

  async function entryOf(cluster: number): Promise<ClusterEntry> {
    const bytes = await table(Math.floor(cluster / tableEntries));
    if (bytes === null) return { kind: "zero" };
    return readClusterEntry(bytes, (cluster % tableEntries) * entryBytes, layout);
  }

  /** What is past the file's end reads as zeros, as in QEMU: a last cluster need not be whole. */
  async function readHost(target: Buffer, offset: number): Promise<void> {
    if (offset >= file.sizeBytes) throw truncated(file.path, "data lies past its end");
    target.fill(0, await file.readInto(target, offset));
  }

  const unpackedCluster = (entry: ClusterEntry & { kind: "compressed" }): Promise<Buffer> =>
    unpacked(entry.hostOffset, async () =>
      unpackCluster(await file.read(entry.hostOffset, entry.packedBytes), layout.compression, clusterBytes),
    );

  async function read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    assertInside({ sizeBytes: virtualBytes }, offsetBytes, lengthBytes);
    const target = Buffer.allocUnsafe(lengthBytes); // every byte is written below
    let work: Promise<void>[] = [];
    const begin = (part: Promise<void>): void => {
      part.catch(() => {}); // told by the wait for all, which an error before it must not turn into a crash
      work.push(part);
    };
    /** Clusters that lie one after the other in the file are one read. */
    let run = { from: 0, to: 0, hostOffset: 0 };
    const extendRun = (from: number, to: number, hostOffset: number): void => {
      const follows = run.to === from && run.hostOffset + (run.to - run.from) === hostOffset;
      if (!follows) endRun();
      run = follows ? { ...run, to } : { from, to, hostOffset };
    };
    const endRun = (): void => {
      if (run.to > run.from) begin(readHost(target.subarray(run.from, run.to), run.hostOffset));
      run = { from: 0, to: 0, hostOffset: 0 };
    };
    const first = Math.floor(offsetBytes / clusterBytes);
    for (let cluster = first; cluster * clusterBytes < offsetBytes + lengthBytes; cluster++) {
      if (work.length >= maxWork) {
        await Promise.all(work);
        work = [];
      }
      const entry = await entryOf(cluster);
      const start = Math.max(offsetBytes, cluster * clusterBytes);
      const inside = start - cluster * clusterBytes;
      const from = start - offsetBytes;
      const to = Math.min(lengthBytes, (cluster + 1) * clusterBytes - offsetBytes);
      const part = target.subarray(from, to);
      if (entry.kind === "zero") part.fill(0);
      else if (entry.kind === "compressed") {
        begin(unpackedCluster(entry).then((bytes) => void bytes.copy(part, 0, inside)));
      } else if (entry.zeroSubclusters === 0) extendRun(from, to, entry.hostOffset + inside);
      else begin(readSubclusters(part, entry, inside));
    }
    endRun();
    await Promise.all(work);
    return target;
  }

  async function readSubclusters(
    part: Buffer,
    entry: ClusterEntry & { kind: "data" },
    inside: number,
  ): Promise<void> {
    // the file may end before subclusters that are not there
    part.fill(0, await file.readInto(part, entry.hostOffset + inside));
    const size = clusterBytes / subclusters;
    for (let index = 0; index < subclusters; index++) {
      if (((entry.zeroSubclusters >>> index) & 1) === 0) continue;
      const from = Math.max(0, index * size - inside);
      const to = Math.min(part.length, (index + 1) * size - inside);
      if (to > from) part.fill(0, from, to);
    }
  }

  async function allocatedRanges(): Promise<ByteRange[]> {
    const ranges: { offsetBytes: number; lengthBytes: number }[] = [];
    for (let cluster = 0; cluster * clusterBytes < virtualBytes; cluster++) {
      if (cluster % tableEntries === 0 && (await table(cluster / tableEntries)) === null) {
        cluster += tableEntries - 1;
        continue;
      }
      if ((await entryOf(cluster)).kind === "zero") continue;
      const offset = cluster * clusterBytes;
      const length = Math.min(clusterBytes, virtualBytes - offset);
      const last = ranges.at(-1);
      if (last !== undefined && last.offsetBytes + last.lengthBytes === offset) last.lengthBytes += length;
      else ranges.push({ offsetBytes: offset, lengthBytes: length });
    }
    return ranges;
  }

  return {
    sizeBytes: virtualBytes,
    read,
    allocatedRanges,
    assertUnchanged: () => file.assertUnchanged(),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

/** Keeps the answers last asked for; an error is not kept. */
function recentlyUsed<T>(max: number): (key: number, make: () => Promise<T>) => Promise<T> {
  const held = new Map<number, Promise<T>>();
  return (key, make) => {
    let found = held.get(key);
    if (found === undefined) {
      found = make();
      found.catch(() => held.delete(key));
      const oldest = held.size >= max ? held.keys().next() : null;
      if (oldest?.done === false) held.delete(oldest.value);
    } else held.delete(key);
    held.set(key, found); // last in the map's order = used last
    return found;
  };
}
