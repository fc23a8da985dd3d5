import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { fieldText, textAt, type Recogniser, type Recognition } from "./signature.ts";

/** Layers that hold filesystems: LUKS, LVM2, MD RAID. */
export const luks: Recogniser = (head) => {
  if (!textAt(head, 0, "LUKS\xba\xbe") || head.length < 512) return null;
  const version = head.readUInt16BE(6);
  if (version !== 1 && version !== 2) return null;
  const label = version === 2 ? fieldText(head.subarray(24, 72)) : null;
  return { type: "crypto_LUKS", uuid: fieldText(head.subarray(168, 208)), label };
};

/** The label is in one of the first four sectors; the 32 letters behind it are the UUID, in LVM's grouping. */
export const lvm2: Recogniser = (head) => {
  for (let at = 0; at < 4 * 512 && at + 512 <= head.length; at += 512) {
    if (!textAt(head, at, "LABELONE") || !textAt(head, at + 24, "LVM2 001")) continue;
    const id = head.toString("latin1", at + 32, at + 64);
    const uuid = [0, 6, 10, 14, 18, 22, 26].map((from, i, all) => id.slice(from, all[i + 1])).join("-");
    return { type: "LVM2_member", uuid, label: null };
  }
  return null;
};

const mdMagic = 0xa92b_4efc;

/** Version 1.x at the start, 4 KiB in, or near the end; version 0.90 in the last whole 64 KiB. */
export const mdraid: Recogniser = async (head, device) => {
  for (const at of [0, 4096]) {
    if (head.length >= at + 256) {
      const found = version1(head.subarray(at, at + 256));
      if (found !== null) return found;
    }
  }
  if (device.sizeBytes < 128 * 1024) return null;
  const end = Math.floor(device.sizeBytes / 512);
  const nearEnd = version1(await readUpTo(device, (end - 16 - ((end - 16) % 8)) * 512, 256));
  return nearEnd ?? version090(device);
};

function version1(block: Buffer): Recognition | null {
  if (block.length < 256 || block.readUInt32LE(0) !== mdMagic || block.readUInt32LE(4) !== 1) return null;
  const uuid = uuidOrNull(block.subarray(16, 32));
  return { type: "linux_raid_member", uuid, label: fieldText(block.subarray(32, 64)) };
}

async function version090(device: BlockDevice): Promise<Recognition | null> {
  const at = device.sizeBytes - (device.sizeBytes % 65536) - 65536;
  const block = await readUpTo(device, at, 256);
  if (block.length < 256) return null;
  const little = block.readUInt32LE(0) === mdMagic;
  if (!little && block.readUInt32BE(0) !== mdMagic) return null;
  const words = [20, 52, 56, 60].map((offset) =>
    little ? block.readUInt32LE(offset) : block.readUInt32BE(offset),
  );
  const bytes = Buffer.alloc(16);
  words.forEach((word, index) => bytes.writeUInt32BE(word, index * 4));
  return { type: "linux_raid_member", uuid: uuidOrNull(bytes), label: null };
}
