import type { FileBytes } from "#core/image/source/file-bytes.ts";

/** A file of the host that is only in memory. `size` makes it longer than its bytes: the rest is zeros. */
export const memoryFile = (bytes: Buffer, size = bytes.length): FileBytes => ({
  path: "/images/test",
  sizeBytes: size,
  read: (offsetBytes, lengthBytes) => {
    const length = Math.max(0, Math.min(lengthBytes, size - offsetBytes));
    const piece = Buffer.alloc(length);
    bytes.copy(piece, 0, Math.min(offsetBytes, bytes.length), Math.min(offsetBytes + length, bytes.length));
    return Promise.resolve(piece);
  },
});
