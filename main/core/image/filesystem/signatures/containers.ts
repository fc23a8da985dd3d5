import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { parseLabel } from "#core/image/volume/lvm/physical-volume.ts";
import { fieldText, textAt, type Head, type Recogniser, type Recognition } from "./signature.ts";

/** Layers that hold filesystems and need more than a table: LUKS, LVM2, MD RAID, DRBD. */
const luks2SecondaryAt = [
  0x4000, 0x8000, 0x1_0000, 0x2_0000, 0x4_0000, 0x8_0000, 0x10_0000, 0x20_0000, 0x40_0000,
];

export const luks: Recogniser = (head) =>
  textAt(head, 0, "LUKS\xba\xbe") && head.length >= 512 ? luksHeader(head, 0) : null;

/** LUKS2 keeps a second header, for when the first is overwritten; its place depends on the header's size. */
export const luksBackup: Recogniser = async (head, device) => {
  for (const at of luks2SecondaryAt) {
    const inHead = at + 512 <= head.length;
    const block = inHead ? head.subarray(at, at + 512) : await readUpTo(device, at, 512);
    if (block.length === 512 && textAt(block, 0, "SKUL\xba\xbe")) {
      const found = luksHeader(block, at);
      if (found !== null) return found;
    }
  }
  return null;
};

function luksHeader(header: Head, at: number): Recognition | null {
  const version = header.readUInt16BE(6);
  if (version !== 1 && version !== 2) return null;
  if (version === 2 && header.readBigUInt64BE(256) !== BigInt(at)) return null;
  const label = version === 2 ? fieldText(header.subarray(24, 72)) : null;
  const broken = at === 0 ? "" : "; its first header is overwritten";
  return {
    type: "crypto_LUKS",
    uuid: fieldText(header.subarray(168, 208)),
    label,
    detail: `It is encrypted with LUKS${version}${broken}; a machine asks for its passphrase at every start`,
  };
}

/** The label is in one of the first four sectors and carries a checksum. */
export const lvm2: Recogniser = (head) => {
  for (let number = 0; number < 4 && (number + 1) * 512 <= head.length; number++) {
    const found = parseLabel(head.subarray(number * 512, (number + 1) * 512), number);
    if (found !== null) return { type: "LVM2_member", uuid: found.uuid, label: null };
  }
  return null;
};

const mdMagic = 0xa92b_4efc;
const sectorBytes = 512;

/**
 * md(4), linux/raid/md_p.h. Version 0.90 in the last whole 64 KiB, 1.0 at least 8 KiB before the end, 1.1 at the
 * start, 1.2 at 4 KiB. Each 1.x superblock says where it lies.
 */
export const mdraid: Recogniser = async (head, device) => {
  if (device.sizeBytes > 64 * 1024) {
    const end = device.sizeBytes - (device.sizeBytes % 4096) - 8192;
    const found = (await version090(device)) ?? version1(await readUpTo(device, end, 256), end, "1.0");
    if (found !== null) return found;
  }
  return version1(head.subarray(0, 256), 0, "1.1") ?? version1(head.subarray(4096, 4096 + 256), 4096, "1.2");
};

function version1(block: Buffer, at: number, version: string): Recognition | null {
  if (block.length < 256 || block.readUInt32LE(0) !== mdMagic || block.readUInt32LE(4) !== 1) return null;
  if (block.readBigUInt64LE(144) !== BigInt(Math.floor(at / sectorBytes))) return null;
  return {
    type: "linux_raid_member",
    uuid: uuidOrNull(block.subarray(16, 32)),
    label: fieldText(block.subarray(32, 64)),
    detail: mdWords(block.readInt32LE(72), block.readUInt32LE(92), version),
  };
}

async function version090(device: BlockDevice): Promise<Recognition | null> {
  const at = device.sizeBytes - (device.sizeBytes % 65536) - 65536;
  const block = await readUpTo(device, at, 256);
  if (block.length < 256) return null;
  const little = block.readUInt32LE(0) === mdMagic;
  if (!little && block.readUInt32BE(0) !== mdMagic) return null;
  const word = (offset: number): number => (little ? block.readUInt32LE(offset) : block.readUInt32BE(offset));
  const usedBytes = word(32) * 1024;
  // at the end of a disk it can also be that of the last partition, which begins later
  if (word(4) !== 0 || usedBytes > at) return null;
  const bytes = Buffer.alloc(16);
  [20, 52, 56, 60].forEach((offset, index) => {
    if (index === 0 || word(8) >= 90) bytes.writeUInt32BE(word(offset), index * 4);
  });
  const detail = mdWords(word(28) | 0, word(40), "0.90");
  return { type: "linux_raid_member", uuid: uuidOrNull(bytes), label: null, detail };
}

/** md(4): -4 multipath, -1 linear, then the RAID levels. */
function mdWords(level: number, disks: number, version: string): string {
  const name =
    level === -4 ? "multipath" : level === -1 ? "linear" : level >= 0 ? `level ${level}` : "unknown level";
  const count = disks === 1 ? "the only disk" : `one of ${disks} disks`;
  return `It is ${count} of a Linux software RAID (${name}, metadata ${version}), which is not read`;
}

/** LINBIT's drbd_meta_data.h: 4 KiB before the end; versions 8 and 9 keep the device's id in different places. */
export const drbd: Recogniser = async (_head, device) => {
  if (device.sizeBytes < 64 * 1024) return null;
  const block = await readUpTo(device, device.sizeBytes - 4096, 64);
  if (block.length < 64) return null;
  const magic = block.readUInt32BE(60) - 0x8374_0267;
  const idAt = magic === 4 || magic === 5 ? 40 : magic === 6 ? 48 : null;
  if (idAt === null) return null;
  const id = block.readBigUInt64BE(idAt);
  return { type: "drbd", uuid: id === 0n ? null : id.toString(16), label: null };
};
