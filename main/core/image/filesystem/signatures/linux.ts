import { crc32 } from "node:zlib";
import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { u64le } from "#core/image/source/binary.ts";
import { readUpTo } from "#core/image/source/block-device.ts";
import { fieldText, textAt, type Recogniser } from "./signature.ts";

/** Linux filesystems and swap, each by the superblock its kernel driver looks for. */
export const f2fs: Recogniser = (head) => {
  if (head.length < 4096 || head.readUInt32LE(1024) !== 0xf2f5_2010) return null;
  const label = head.toString("utf16le", 1024 + 124, 1024 + 124 + 1024).split("\0")[0] ?? "";
  return { type: "f2fs", uuid: uuidOrNull(head.subarray(1024 + 108, 1024 + 124)), label: label || null };
};

export const squashfs: Recogniser = (head) => {
  if (head.length < 96) return null;
  const little = textAt(head, 0, "hsqs");
  if (!little && !textAt(head, 0, "sqsh")) return null;
  const major = little ? head.readUInt16LE(28) : head.readUInt16BE(28);
  return { type: major >= 4 ? "squashfs" : "squashfs3", uuid: null, label: null };
};

/** The signature closes the first page, whose size is the machine's that made it. At least ten pages. */
export const swap: Recogniser = (head, device) => {
  if (device.sizeBytes < 10 * 4096) return null;
  for (const pageBytes of [4096, 8192, 16384, 32768, 65536]) {
    if (textAt(head, pageBytes - 10, "SWAP-SPACE")) return { type: "swap", uuid: null, label: null };
    if (!textAt(head, pageBytes - 10, "SWAPSPACE2")) continue;
    const version = head.readUInt32LE(1024);
    if ((version !== 1 && version !== 0x0100_0000) || head.readUInt32LE(1028) === 0) continue;
    // something that lay there before mkswap came with UUIDs
    if (head.readBigUInt64LE(1024 + 44 + 32 * 4) !== 0n) return { type: "swap", uuid: null, label: null };
    const uuid = uuidOrNull(head.subarray(1024 + 12, 1024 + 28));
    return { type: "swap", uuid, label: fieldText(head.subarray(1024 + 28, 1024 + 44)) };
  }
  return null;
};

/** Superblock at 1 KiB with a backup near the end, which counts when it is newer. CRC-32 from a seed of its own. */
export const nilfs2: Recogniser = async (head, device) => {
  const at = (Math.floor(device.sizeBytes / 512) - 8) * 512;
  const primary = nilfsSuperblock(head.subarray(1024, 2048), device.sizeBytes);
  if (primary === null && device.sizeBytes < 1024 ** 2) return null;
  const backup = nilfsSuperblock(await readUpTo(device, at, 1024), device.sizeBytes);
  const both = primary !== null && backup !== null;
  const block =
    both && backup.readBigUInt64LE(56) > primary.readBigUInt64LE(56) ? backup : (primary ?? backup);
  if (block === null) return null;
  return {
    type: "nilfs2",
    uuid: uuidOrNull(block.subarray(152, 168)),
    label: fieldText(block.subarray(168, 248)),
  };
};

function nilfsSuperblock(block: Buffer, deviceBytes: number): Buffer | null {
  if (block.length < 1024 || block.readUInt16LE(6) !== 0x3434 || u64le(block, 32) !== deviceBytes)
    return null;
  const bytes = block.readUInt16LE(8);
  if (bytes < 248 || bytes > 1024) return null;
  const copy = Buffer.from(block.subarray(0, bytes));
  copy.writeUInt32LE(0, 16);
  return ~crc32(copy, ~block.readUInt32LE(12) >>> 0) >>> 0 === block.readUInt32LE(16) ? block : null;
}

/** Versions 1 and 2 with their magic at 16 of the superblock, version 3 at 24; either byte order. */
export const minix: Recogniser = (head) => {
  if (head.length < 2048 || head.readUInt16LE(1024 + 56) === 0xef53) return null;
  for (const little of [true, false]) {
    const u16 = (at: number): number =>
      little ? head.readUInt16LE(1024 + at) : head.readUInt16BE(1024 + at);
    const u32 = (at: number): number =>
      little ? head.readUInt32LE(1024 + at) : head.readUInt32BE(1024 + at);
    const found = { type: "minix", uuid: null, label: null };
    const magic = u16(16);
    if ([0x137f, 0x138f, 0x2468, 0x2478].includes(magic)) {
      const zones = magic < 0x2000 ? u16(2) : u32(20);
      const fitsInodes = u16(4) > 0 && u16(4) * 8192 >= u16(0) + 1;
      const fitsZones = u16(6) > 0 && u16(6) * 8192 >= zones - u16(8) + 1;
      if (fitsInodes && fitsZones && zones > u16(8) && u16(10) <= 10) return found;
    }
    const blockBytes = u16(28);
    const isBlock = blockBytes >= 1024 && blockBytes <= 32768 && (blockBytes & (blockBytes - 1)) === 0;
    if (u16(24) === 0x4d5a && u16(6) > 0 && u16(8) > 0 && u16(4) === 0 && isBlock) return found;
  }
  return null;
};

/** An XFS journal on a device of its own: a log record begins in one of the first 512 sectors. */
export const xfsLog: Recogniser = async (_head, device) => {
  if (device.sizeBytes < 10 * 1024 ** 2) return null;
  const log = await readUpTo(device, 0, 256 * 1024);
  for (let at = 0; at + 512 <= log.length; at += 512) {
    if (log.readUInt32BE(at) !== 0xfeed_babe || ![1, 2, 3].includes(log.readUInt32BE(at + 8))) continue;
    const length = log.readUInt32BE(at + 12);
    if (length > 0 && length < 2 ** 31 && [1, 2, 3].includes(log.readUInt32BE(at + 300)))
      return { type: "xfs_external_log", uuid: null, label: null };
  }
  return null;
};
