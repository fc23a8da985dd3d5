import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import type { Recogniser, Recognition } from "./signature.ts";

/** ECMA-167 and OSTA's Universal Disk Format 2.60. */
const recognitionAt = 32 * 1024;
const blockSizes = [512, 1024, 2048, 4096];
const maxDescriptors = 64;
const descriptorBytes = 512;
const tag = { primary: 1, anchor: 2, logicalVolume: 6, terminator: 8 } as const;
const standards = ["BEA01", "BOOT2", "CD001", "CDW02", "TEA01"];

/** A disc can be ISO 9660 and UDF at once; then libblkid names UDF first. */
export const udf: Recogniser = async (_head, device) => {
  for (const blockBytes of blockSizes) {
    if (!(await announcesUdf(device, Math.max(blockBytes, 2048)))) continue;
    const anchor = await readUpTo(device, 256 * blockBytes, descriptorBytes);
    if (
      anchor.length < descriptorBytes ||
      anchor.readUInt16LE(0) !== tag.anchor ||
      anchor.readUInt32LE(12) !== 256
    )
      continue;
    const count = Math.min(Math.floor(anchor.readUInt32LE(16) / blockBytes), maxDescriptors);
    return readNames(device, blockBytes, anchor.readUInt32LE(20), count);
  }
  return null;
};

async function announcesUdf(device: BlockDevice, stepBytes: number): Promise<boolean> {
  for (let index = 0; index < maxDescriptors; index++) {
    const id = (await readUpTo(device, recognitionAt + index * stepBytes, 6)).toString("latin1", 1, 6);
    if (id === "NSR02" || id === "NSR03") return true;
    if (!standards.includes(id)) return false;
  }
  return false;
}

async function readNames(
  device: BlockDevice,
  blockBytes: number,
  start: number,
  count: number,
): Promise<Recognition> {
  let uuid: string | null = null;
  let label: string | null = null;
  for (let block = start; block < start + count && (uuid === null || label === null); block++) {
    const descriptor = await readUpTo(device, block * blockBytes, descriptorBytes);
    if (descriptor.length < descriptorBytes) break;
    const type = descriptor.readUInt16LE(0);
    if (type === 0 || type === tag.terminator || descriptor.readUInt32LE(12) !== block) break;
    if (type === tag.primary) uuid ??= uuidOf(dstring(descriptor.subarray(72, 200)));
    if (type === tag.logicalVolume) label ??= dstring(descriptor.subarray(84, 212))?.trimEnd() || null;
  }
  return { type: "udf", uuid, label };
}

/** Compression id (8 = one byte a character, 16 = two), characters, and at the end the length of both. */
function dstring(field: Buffer): string | null {
  const bytes = Math.min(Math.max(0, (field.at(-1) ?? 0) - 1), field.length - 2);
  const text = field.subarray(1, 1 + bytes);
  if (field[0] === 8) return text.toString("latin1").split("\0")[0] ?? "";
  if (field[0] !== 16) return null;
  const even = Buffer.from(text.subarray(0, bytes - (bytes % 2)));
  return even.swap16().toString("utf16le").split("\0")[0] ?? "";
}

/**
 * libblkid's rule: the first 16 bytes of the volume set's name in UTF-8, when they are hexadecimal digits;
 * otherwise eight of them as they are or as digits, and the next ones as digits.
 */
function uuidOf(name: string | null): string | null {
  const bytes = Buffer.from(name ?? "").subarray(0, 16);
  if (bytes.length < 8) return null;
  const padded = Buffer.concat([bytes, Buffer.alloc(16)]).subarray(0, 16);
  const text = padded.toString("latin1");
  const digits = /^[0-9a-fA-F]*/.exec(text)?.[0].length ?? 0;
  if (digits === 16) return text.toLowerCase();
  if (digits >= 8) return text.slice(0, 8).toLowerCase() + padded.subarray(8, 12).toString("hex");
  return padded.subarray(0, 8).toString("hex");
}
