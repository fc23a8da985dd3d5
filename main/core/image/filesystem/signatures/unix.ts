import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { fieldText, type Recogniser } from "./signature.ts";

/** UFS of the BSDs and of Solaris: fs.h of FreeBSD. The superblock has four possible places, its magic is at 1372. */
const ufsPlaces = [0, 8, 64, 256].map((kib) => kib * 1024);
const ufs2Magic = 0x1954_0119;
const ufsMagics = [ufs2Magic, 0x0001_1954, 0x0019_5612, 0x0009_5014, 0x0061_2195, 0x0523_1994];

export const ufs: Recogniser = async (head, device) => {
  for (const at of ufsPlaces) {
    const isInHead = at + 1376 <= head.length;
    const block = isInHead ? head.subarray(at, at + 1376) : await readUpTo(device, at, 1376);
    if (block.length < 1376) return null;
    for (const little of [true, false]) {
      const u32 = (offset: number): number =>
        little ? block.readUInt32LE(offset) : block.readUInt32BE(offset);
      const magic = u32(1372);
      if (!ufsMagics.includes(magic)) continue;
      const hex = (offset: number): string => u32(offset).toString(16).padStart(8, "0");
      const uuid = u32(144) === 0 && u32(148) === 0 ? null : hex(144) + hex(148);
      return { type: "ufs", uuid, label: magic === ufs2Magic ? fieldText(block.subarray(680, 712)) : null };
    }
  }
  return null;
};

/** "Practical File System Design with the Be File System", and Haiku's bfs.h; superblock at 0 or 512. */
export const befs: Recogniser = async (head, device) => {
  if (device.sizeBytes < 1440 * 1024) return null;
  for (const at of [0, 512]) {
    for (const little of [true, false]) {
      const block = head.subarray(at, at + 512);
      const u32 = (offset: number): number =>
        little ? block.readUInt32LE(offset) : block.readUInt32BE(offset);
      const isOurs =
        block.length === 512 &&
        u32(32) === 0x4246_5331 &&
        u32(36) === 0x4249_4745 &&
        u32(68) === 0xdd12_1031 &&
        u32(112) === 0x15b6_830e;
      const shift = isOurs ? u32(44) : 0;
      if (shift < 10 || shift > 13 || u32(40) !== 2 ** shift) continue;
      const uuid = await befsVolumeId(device, block, little);
      return { type: "befs", uuid, label: fieldText(block.subarray(0, 32)) };
    }
  }
  return null;
};

const maxAttributes = 100;

/** The attribute `be:volume_id` in the small data behind the root folder's inode. */
async function befsVolumeId(device: BlockDevice, block: Buffer, little: boolean): Promise<string | null> {
  const shift = little ? block.readUInt32LE(44) : block.readUInt32BE(44);
  const groupShift = little ? block.readUInt32LE(76) : block.readUInt32BE(76);
  const group = little ? block.readUInt32LE(116) : block.readUInt32BE(116);
  const start = little ? block.readUInt16LE(120) : block.readUInt16BE(120);
  if (groupShift > 40) return null;
  const inode = await readUpTo(device, (group * 2 ** groupShift + start) * 2 ** shift, 2 ** shift);
  const u16 = (at: number): number => (little ? inode.readUInt16LE(at) : inode.readUInt16BE(at));
  const u32 = (at: number): number => (little ? inode.readUInt32LE(at) : inode.readUInt32BE(at));
  if (inode.length < 232 + 8 || u32(0) !== 0x3bbe_0ad9) return null;
  for (let at = 232, turn = 0; at + 8 <= inode.length && turn < maxAttributes; turn++) {
    const nameBytes = u16(at + 4);
    const dataBytes = u16(at + 6);
    const dataAt = at + 8 + nameBytes + 3;
    if (dataAt + dataBytes > inode.length || u32(at) === 0) return null;
    if (dataBytes === 8 && inode.toString("latin1", at + 8, at + 8 + nameBytes) === "be:volume_id") {
      const id = little ? inode.readBigUInt64LE(dataAt) : inode.readBigUInt64BE(dataAt);
      return id === 0n ? null : id.toString(16).padStart(16, "0");
    }
    at = dataAt + dataBytes + 1;
  }
  return null;
}
