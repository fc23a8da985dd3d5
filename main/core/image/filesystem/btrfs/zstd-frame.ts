/**
 * Bytes of the Zstandard frame at the start (RFC 8878, 3.1.1): its header, its blocks up to the last one, its
 * checksum. Where it is damaged, all that there is: the decoder says what is wrong.
 */
export function zstdFrameBytes(bytes: Buffer): number {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== 0xfd2f_b528) return bytes.length;
  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const contentSizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 2 ** sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  for (;;) {
    if (at + 3 > bytes.length) return bytes.length;
    const header = bytes.readUIntLE(at, 3);
    const isRepeated = ((header >>> 1) & 3) === 1; // RLE: one byte, whatever the size says
    at += 3 + (isRepeated ? 1 : header >>> 3);
    if ((header & 1) === 1) return Math.min(bytes.length, at + ((descriptor & 4) === 0 ? 0 : 4));
  }
}
