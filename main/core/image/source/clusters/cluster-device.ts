import { assertInside, type BlockDevice, type ByteRange } from "#core/image/source/block-device.ts";
import { truncated } from "#core/image/source/binary.ts";
import type { HostFile } from "#core/image/source/file-bytes.ts";
import { recentlyUsed } from "./recently-used.ts";

/** Where the bytes of a cluster come from. */
export type ClusterEntry =
  | { readonly kind: "zero" }
  /** `zeroSubclusters`: bit n is set where the n-th of 32 parts reads as zeros. */
  | { readonly kind: "data"; readonly hostOffset: number; readonly zeroSubclusters: number }
  | { readonly kind: "compressed"; readonly hostOffset: number; readonly packedBytes: number };

/** How a format keeps its disk. */
export interface ClusterMap {
  readonly file: HostFile;
  readonly sizeBytes: number;
  readonly clusterBytes: number;
  entryOf(cluster: number): Promise<ClusterEntry>;
  /** The next cluster, from this one on, that may be there: skips what a missing table leaves out. */
  nextMapped(cluster: number): Promise<number>;
  /** A whole cluster, at most `clusterBytes` long. */
  unpack(packed: Buffer): Promise<Buffer>;
}

const subclusters = 32;
/** A page cache keeps pages of 64 KiB; larger clusters would be unpacked once for each of theirs. */
const maxUnpackedBytes = 8 * 1024 ** 2;
/** Reads and unpackings under way for one call. */
const maxWork = 32;

/** Reads through the map. Whoever made it closes the file. */
export function clusterDevice(map: ClusterMap): BlockDevice {
  const { file, sizeBytes, clusterBytes } = map;
  const unpacked = recentlyUsed<Buffer>(Math.max(2, Math.floor(maxUnpackedBytes / clusterBytes)));

  /** What is past the file's end reads as zeros, as in QEMU: a last cluster need not be whole. */
  async function readHost(target: Buffer, offset: number): Promise<void> {
    if (offset >= file.sizeBytes) throw truncated(file.path, "data lies past its end");
    target.fill(0, await file.readInto(target, offset));
  }

  async function copyUnpacked(
    part: Buffer,
    entry: ClusterEntry & { kind: "compressed" },
    inside: number,
  ): Promise<void> {
    const bytes = await unpacked(entry.hostOffset, async () =>
      map.unpack(await file.read(entry.hostOffset, entry.packedBytes)),
    );
    part.fill(0, bytes.copy(part, 0, Math.min(inside, bytes.length)));
  }

  async function read(offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    assertInside({ sizeBytes: sizeBytes }, offsetBytes, lengthBytes);
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
      const entry = await map.entryOf(cluster);
      const start = Math.max(offsetBytes, cluster * clusterBytes);
      const inside = start - cluster * clusterBytes;
      const from = start - offsetBytes;
      const to = Math.min(lengthBytes, (cluster + 1) * clusterBytes - offsetBytes);
      const part = target.subarray(from, to);
      if (entry.kind === "zero") part.fill(0);
      else if (entry.kind === "compressed") {
        begin(copyUnpacked(part, entry, inside));
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
    let cluster = await map.nextMapped(0);
    while (cluster * clusterBytes < sizeBytes) {
      if ((await map.entryOf(cluster)).kind !== "zero") {
        const offset = cluster * clusterBytes;
        const length = Math.min(clusterBytes, sizeBytes - offset);
        const last = ranges.at(-1);
        if (last !== undefined && last.offsetBytes + last.lengthBytes === offset) last.lengthBytes += length;
        else ranges.push({ offsetBytes: offset, lengthBytes: length });
      }
      cluster = await map.nextMapped(cluster + 1);
    }
    return ranges;
  }

  return { sizeBytes, read, allocatedRanges };
}
