/** Hash of a name in folders and attributes (xfs_da_hashname): four bytes a turn, 7 bits apart, rotating. */
export function nameHash(name: Uint8Array): number {
  let hash = 0;
  const byte = (at: number): number => name[at] ?? 0;
  const rotated = (bits: number): number => (hash << bits) | (hash >>> (32 - bits));
  let at = 0;
  for (; at + 4 <= name.length; at += 4) {
    hash = (byte(at) << 21) ^ (byte(at + 1) << 14) ^ (byte(at + 2) << 7) ^ byte(at + 3) ^ rotated(28);
  }
  const left = name.length - at;
  if (left === 3) hash = (byte(at) << 14) ^ (byte(at + 1) << 7) ^ byte(at + 2) ^ rotated(21);
  else if (left === 2) hash = (byte(at) << 7) ^ byte(at + 1) ^ rotated(14);
  else if (left === 1) hash = byte(at) ^ rotated(7);
  return hash >>> 0;
}
