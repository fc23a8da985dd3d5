import { ImportFailure } from "./import-failure.ts";

/** Containers that some provider's importer knows. */
export type ContainerFormat = "raw" | "qcow2" | "vhdx" | "vdi" | "vmdk" | "iso";

/** Enough for every signature looked for, the last being ISO 9660's. */
export const headerBytes = 36 * 1024;

export const unsupported = (what: string): ImportFailure =>
  new ImportFailure(`The image is not supported: ${what}.`);

export const isGzip = (header: Buffer): boolean => header.readUInt16BE(0) === 0x1f8b;

/**
 * Format of the `headerBytes` that a file begins with, zero-filled. Throws ImportFailure where it is none.
 * Signatures: QEMU's docs/interop (qcow2, VDI block driver), VMDK 5.0, MS-VHDX, RFC 1952, ECMA-119.
 */
export function formatOf(header: Buffer): ContainerFormat {
  const starts = (text: string, at = 0): boolean =>
    header.subarray(at, at + text.length).equals(Buffer.from(text, "latin1"));
  if (starts("QFI\u00fb")) return "qcow2";
  if (starts("KDMV")) return "vmdk";
  if (starts("vhdxfile")) return "vhdx";
  if (header.readUInt32LE(0x40) === 0xbeda107f) return "vdi";
  if (starts("# Disk Descriptor")) throw unsupported("a VMDK whose data lies in other files");
  // Before the boot signature: installers are often hybrid, and begin like a disk.
  if (starts("CD001", 32_769)) return "iso";
  if (isGzip(header)) throw unsupported("it is compressed with gzip");
  if (starts("BZh")) throw unsupported("bzip2 is not unpacked by this practice account");
  if (starts("\u00fd7zXZ") || starts("\u0028\u00b5\u002f\u00fd") || starts("PK\u0003\u0004")) {
    throw new ImportFailure("We don't support the compression format of your image.");
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(header.toString("latin1", 0, 200))) throw unsupported("a web page");
  // Raw has no signature of its own; a disk that boots by BIOS or has a GPT carries the MBR's.
  if (header.readUInt16LE(510) === 0xaa55) return "raw";
  throw unsupported("its format is not known");
}

/** From the header alone; also refuses headers that name other files before any tool opens them. */
export function virtualBytesOf(format: ContainerFormat, header: Buffer, fileBytes: number): number {
  switch (format) {
    case "raw":
      return fileBytes;
    case "iso": {
      // ECMA-119 8.4.8: volume space size in blocks, of the primary volume descriptor at sector 16.
      const volumeBytes = header.readUInt32LE(32_768 + 80) * 2_048;
      if (volumeBytes > fileBytes) throw unsupported("the ISO is cut off");
      return fileBytes;
    }
    case "vdi":
      return Number(header.readBigUInt64LE(0x170));
    case "vhdx":
      return fileBytes; // the size lies in a region table; qemu-img tells it
    case "vmdk": {
      const sectors = header.readBigUInt64LE(12);
      // A capacity of zero means: the descriptor inside names the extents, which may be any file.
      if (sectors === 0n) throw unsupported("a VMDK whose data lies in other files");
      return Number(sectors) * 512;
    }
    case "qcow2": {
      const version = header.readUInt32BE(4);
      if (version !== 2 && version !== 3) throw unsupported(`qcow2 version ${version}`);
      if (header.readBigUInt64BE(8) !== 0n) throw unsupported("a qcow2 with a backing file");
      if (header.readUInt32BE(32) !== 0) throw unsupported("an encrypted qcow2");
      const externalData = 1n << 2n;
      if (version === 3 && (header.readBigUInt64BE(72) & externalData) !== 0n) {
        throw unsupported("a qcow2 whose data lies in another file");
      }
      const tableEnd = Number(header.readBigUInt64BE(40)) + header.readUInt32BE(36) * 8;
      if (tableEnd > fileBytes) throw unsupported("the qcow2 is cut off");
      return Number(header.readBigUInt64BE(24));
    }
  }
}
