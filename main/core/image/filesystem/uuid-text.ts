/** RFC 9562 text of 16 bytes in the order in which they are written. */
export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** A GUID as Microsoft and UEFI store it: the first three fields little endian. */
export function guidText(bytes: Buffer): string {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return uuidText(swapped);
}

/** null for a UUID that was never set. */
export const uuidOrNull = (bytes: Buffer): string | null =>
  bytes.some((byte) => byte !== 0) ? uuidText(bytes) : null;
