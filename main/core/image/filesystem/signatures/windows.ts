import { u64le } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { guidText, uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { textAt, type Recogniser } from "./signature.ts";
import { serialAt } from "./signature-table.ts";

export const ntfs: Recogniser = async (head, device) => {
  if (!textAt(head, 3, "NTFS    ") || head.length < 512) return null;
  const sectorBytes = head.readUInt16LE(11);
  const perCluster = head.readUInt8(13);
  const clusterBytes = sectorBytes * (perCluster > 128 ? 2 ** (256 - perCluster) : perCluster);
  if (sectorBytes < 256 || sectorBytes > 4096 || clusterBytes === 0) return null;
  const serial = head.readBigUInt64LE(72).toString(16).toUpperCase().padStart(16, "0");
  const uuid = /^0+$/.test(serial) ? null : serial;
  const size = head.readInt8(64);
  const recordBytes = size < 0 ? 2 ** -size : size * clusterBytes;
  if (recordBytes < 256 || recordBytes > 65536) return { type: "ntfs", uuid, label: null };
  // the volume's name is in record 3 of the master file table
  const at = u64le(head, 48) * clusterBytes + 3 * recordBytes;
  return { type: "ntfs", uuid, label: volumeName(await readUpTo(device, at, recordBytes)) };
};

/** Attribute 0x60, resident: length u32 at +16, offset u16 at +20, UTF-16. */
function volumeName(record: Buffer): string | null {
  if (!textAt(record, 0, "FILE")) return null;
  for (let at = record.readUInt16LE(20); at + 24 <= record.length;) {
    const type = record.readUInt32LE(at);
    const length = record.readUInt32LE(at + 4);
    if (type === 0xffff_ffff || length < 24) return null;
    if (type === 0x60) {
      const start = at + record.readUInt16LE(at + 20);
      return record.toString("utf16le", start, start + record.readUInt32LE(at + 16)) || null;
    }
    at += length;
  }
  return null;
}

export const exfat: Recogniser = async (head, device) => {
  if (!textAt(head, 3, "EXFAT   ") || head.length < 512) return null;
  const uuid = serialAt(head, 100);
  return { type: "exfat", uuid, label: await exfatLabel(head, device) };
};

const maxRootClusters = 64;

/** Directory entry 0x83 of the root: count of characters, then UTF-16. The root is a chain of clusters. */
async function exfatLabel(head: Buffer, device: BlockDevice): Promise<string | null> {
  const sectorBytes = 2 ** head.readUInt8(108);
  const clusterBytes = sectorBytes * 2 ** head.readUInt8(109);
  if (clusterBytes > 32 * 1024 ** 2) return null;
  const fatStart = head.readUInt32LE(80) * sectorBytes;
  const heapStart = head.readUInt32LE(88) * sectorBytes;
  let cluster = head.readUInt32LE(96);
  for (let turn = 0; turn < maxRootClusters && cluster >= 2 && cluster < 0xffff_fff7; turn++) {
    const at = heapStart + (cluster - 2) * clusterBytes;
    const part = await readUpTo(device, at, Math.min(clusterBytes, 65536));
    for (let entry = 0; entry + 32 <= part.length; entry += 32) {
      if (part[entry] === 0) return null;
      if (part[entry] !== 0x83) continue;
      const characters = Math.min(part.readUInt8(entry + 1), 11);
      return part.toString("utf16le", entry + 2, entry + 2 + characters * 2) || null;
    }
    const next = await readUpTo(device, fatStart + cluster * 4, 4);
    cluster = next.length < 4 ? 0 : next.readUInt32LE(0);
  }
  return null;
}

/** libyal's description of BitLocker: boot sectors of Windows Vista, of 7 and later, and of removable disks. */
export const bitlocker: Recogniser = async (head, device) => {
  if (textAt(head, 0, "\xeb\x52\x90-FVE-FS-")) return { type: "BitLocker", uuid: null, label: null };
  const pointer = textAt(head, 0, "\xeb\x58\x90-FVE-FS-")
    ? 176
    : textAt(head, 0, "\xeb\x58\x90MSWIN4.1")
      ? 440
      : null;
  if (pointer === null || head.length < 512) return null;
  const block = await readUpTo(device, u64le(head, pointer), 4096);
  if (block.length < 112 || !textAt(block, 0, "-FVE-FS-")) return null;
  const uuid = uuidOrNull(block.subarray(80, 96)) === null ? null : guidText(block.subarray(80, 96));
  return { type: "BitLocker", uuid, label: bitlockerDescription(block) };
};

/** Metadata entries of size, type, value type and version, u16 each; the description is type 7, UTF-16. */
function bitlockerDescription(block: Buffer): string | null {
  const end = Math.min(block.length, 64 + block.readUInt32LE(64));
  for (let at = 64 + 48; at + 8 <= end; at += block.readUInt16LE(at)) {
    const size = block.readUInt16LE(at);
    if (size < 8 || at + size > end) return null;
    if (block.readUInt16LE(at + 2) === 7 && block.readUInt16LE(at + 4) === 2)
      return (
        block
          .toString("utf16le", at + 8, at + size)
          .split("\0")[0]
          ?.trimEnd() || null
      );
  }
  return null;
}
