import { gunzipSync, gzipSync, zstdDecompressSync } from "node:zlib";

const headerBytes = 110;
const padded = (bytes: number): number => (bytes + 3) & ~3;

/** A real initramfs without the files that `isUnwanted` names; the answer is packed with gzip. */
export function withoutFiles(initramfs: Buffer, isUnwanted: (name: string) => boolean): Buffer {
  const archive = unpack(initramfs);
  const kept: Buffer[] = [];
  let removed = 0;
  let at = 0;
  while (at + headerBytes <= archive.length) {
    if (archive[at] === 0) {
      at++;
      continue;
    }
    const field = (offset: number): number =>
      Number.parseInt(archive.toString("latin1", at + offset, at + offset + 8), 16);
    const [fileBytes, nameBytes] = [field(54), field(94)];
    const name = archive.toString("utf8", at + headerBytes, at + headerBytes + nameBytes - 1);
    const end = at + padded(headerBytes + nameBytes) + padded(fileBytes);
    if (isUnwanted(name)) removed++;
    else kept.push(archive.subarray(at, end));
    at = end;
  }
  if (removed === 0) throw new Error("The initramfs has none of these files");
  return gzipSync(Buffer.concat(kept), { level: 1 });
}

function unpack(initramfs: Buffer): Buffer {
  if (initramfs.readUInt32LE(0) === 0xfd2f_b528) return zstdDecompressSync(initramfs);
  if (initramfs.readUInt16BE(0) === 0x1f8b) return gunzipSync(initramfs);
  return initramfs;
}
