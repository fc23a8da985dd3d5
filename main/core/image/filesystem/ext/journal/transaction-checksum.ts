/** CRC-32 of polynomial 0x04C11DB7 with the highest bit first, as the kernel's crc32_be. */
const table = Int32Array.from({ length: 256 }, (_v, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c1_1db7 : 0);
  return crc;
});

export const emptyTransaction = -1;

/** The oldest kind of journal checksum runs over all blocks of a transaction, one after the other. */
export function addToTransaction(sum: number, block: Buffer): number {
  let crc = sum;
  for (const byte of block) crc = (crc << 8) ^ (table[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  return crc;
}

/** Commit block: type of checksum at 12 (1 = CRC-32), its size at 13, the checksum at 16. All 0: there is none. */
export function transactionIsSound(commit: Buffer, sum: number): boolean {
  const type = commit.readUInt8(12);
  const bytes = commit.readUInt8(13);
  const stored = commit.readUInt32BE(16);
  return (type === 0 && bytes === 0 && stored === 0) || (type === 1 && bytes === 4 && stored === sum >>> 0);
}
