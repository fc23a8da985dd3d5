import { createHash } from "node:crypto";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { xxhash64 } from "#core/image/checksum/xxhash64.ts";

/** Every block starts with 32 bytes for its checksum, which is of all that comes after them. */
export const checksumBytes = 32;

const names: Readonly<Record<number, string>> = { 0: "crc32c", 1: "xxhash64", 2: "sha256", 3: "blake2b" };

/** null for a type that is not known. */
export const checksumName = (type: number): string | null => names[type] ?? null;

/** null where the algorithm is not at hand: Node has BLAKE2b with 512 bits only, btrfs uses 256. */
export function checksumHolds(type: number, block: Buffer): boolean | null {
  const content = block.subarray(checksumBytes);
  if (type === 0) return block.readUInt32LE(0) === crc32c(content);
  if (type === 1) {
    const { high, low } = xxhash64(content);
    return block.readUInt32LE(0) === low && block.readUInt32LE(4) === high;
  }
  if (type === 2) return createHash("sha256").update(content).digest().equals(block.subarray(0, 32));
  return null;
}
