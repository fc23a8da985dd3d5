import { promisify } from "node:util";
import { constants, inflate, zstdDecompress } from "node:zlib";
import { decompressLzo1x } from "#core/image/compression/lzo1x.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { damagedTree } from "./superblock.ts";
import { zstdFrameBytes } from "./zstd-frame.ts";

const inflateAsync = promisify(inflate);
const zstdAsync = promisify(zstdDecompress);

/** BTRFS_COMPRESS_*. */
export const compression = { none: 0, zlib: 1, lzo: 2, zstd: 3 } as const;

/** BTRFS_MAX_UNCOMPRESSED: the kernel packs 128 KiB at a time, with a window of as much. */
export const maxUnpackedBytes = 128 * 1024;
const zstdWindowLog = 17;

/** Unpacks one extent. Answers at most `maxBytes`; the rest of a shorter one is zeros in the file. */
export async function unpackExtent(
  type: number,
  packed: Buffer,
  maxBytes: number,
  sectorBytes: number,
): Promise<Buffer> {
  if (type === compression.lzo) return unpackLzo(packed, maxBytes, sectorBytes);
  try {
    if (type === compression.zlib) return await inflateAsync(packed, { maxOutputLength: maxBytes });
    if (type === compression.zstd) {
      const params = { [constants.ZSTD_d_windowLogMax]: zstdWindowLog };
      const frame = packed.subarray(0, zstdFrameBytes(packed)); // zeros up to the end of the sector follow
      return await zstdAsync(frame, { maxOutputLength: maxBytes, params });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damagedTree(`a compressed file cannot be unpacked (${reason})`);
  }
  throw unreadable(`A file on btrfs uses a compression that is not known here (${type})`);
}

/**
 * Length of the whole u32, then segments of at most one sector: length u32, LZO1X. No segment's length
 * crosses the end of a sector; the bytes left there are skipped (fs/btrfs/lzo.c).
 */
function unpackLzo(packed: Buffer, maxBytes: number, sectorBytes: number): Buffer {
  if (packed.length < 8) throw damagedTree("a compressed file is too short");
  const end = packed.readUInt32LE(0);
  if (end > packed.length) throw damagedTree("a compressed file is longer than its extent");
  const output = Buffer.alloc(maxBytes);
  let filled = 0;
  for (let at = 4; at + 4 <= end && filled < maxBytes;) {
    const left = sectorBytes - (at % sectorBytes);
    if (left < 4) {
      at += left;
      continue;
    }
    const length = packed.readUInt32LE(at);
    at += 4;
    if (length === 0 || at + length > end) throw damagedTree("a compressed file's segment sticks out");
    const segment = decompressLzo1x(
      packed.subarray(at, at + length),
      Math.min(sectorBytes, maxBytes - filled),
    );
    segment.copy(output, filled);
    filled += segment.length;
    at += length;
  }
  return output.subarray(0, filled);
}
