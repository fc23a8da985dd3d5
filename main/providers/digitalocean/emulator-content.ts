import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import type { Processes } from "#ports/processes.ts";
import { ImportFailure, sizeLimitBytes } from "./emulator-fetch.ts";

type Format = "raw" | "qcow2" | "vhdx" | "vdi" | "vmdk";

const unsupported = (what: string): ImportFailure =>
  new ImportFailure(`The image is not supported: ${what}.`);

/**
 * Looks at an imported file by its content and unpacks gzip in place. Throws ImportFailure for what the real
 * importer does not take.
 */
export async function acceptContent(
  path: string,
  processes: Processes,
  signal: AbortSignal,
): Promise<{ format: Format; virtualBytes: number }> {
  let header = await readHeader(path);
  if (header.readUInt16BE(0) === 0x1f8b) {
    await gunzipInPlace(path, signal);
    header = await readHeader(path);
  }
  const format = formatOf(header);
  const { size } = await stat(path);
  const ownView = virtualBytesOf(format, header, size);
  const virtualBytes = (await askQemu(path, format, processes, signal)) ?? ownView;
  if (virtualBytes >= sizeLimitBytes)
    throw new ImportFailure("The image is larger than 100 GB when decompressed.");
  return { format, virtualBytes };
}

/** 36 KiB, zero-filled: enough for every signature looked for, the last being ISO 9660's. */
async function readHeader(path: string): Promise<Buffer> {
  const header = Buffer.alloc(36 * 1024);
  const file = await open(path, "r");
  try {
    await file.read(header, 0, header.length, 0);
  } finally {
    await file.close();
  }
  return header;
}

async function gunzipInPlace(path: string, signal: AbortSignal): Promise<void> {
  const unpacked = `${path}.unpacked`;
  let sizeBytes = 0;
  const limit = new Transform({
    transform(piece: Buffer, _encoding, done) {
      sizeBytes += piece.length;
      done(sizeBytes < sizeLimitBytes ? null : new ImportFailure("The image is larger than 100 GB."), piece);
    },
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), limit, createWriteStream(unpacked), { signal });
  } catch (error) {
    await rm(unpacked, { force: true });
    if (signal.aborted || error instanceof ImportFailure) throw error;
    throw new ImportFailure("The image could not be decompressed (damaged gzip).");
  }
  await rename(unpacked, path);
}

/** Signatures: QEMU's docs/interop (qcow2, VDI block driver), VMDK 5.0, MS-VHDX, RFC 1952, ECMA-119. */
function formatOf(header: Buffer): Format {
  const starts = (text: string, at = 0): boolean =>
    header.subarray(at, at + text.length).equals(Buffer.from(text, "latin1"));
  if (starts("QFI\u00fb")) return "qcow2";
  if (starts("KDMV")) return "vmdk";
  if (starts("vhdxfile")) return "vhdx";
  if (header.readUInt32LE(0x40) === 0xbeda107f) return "vdi";
  if (starts("# Disk Descriptor")) throw unsupported("a VMDK whose data lies in other files");
  if (starts("CD001", 32_769) && !hasBootSignature(header)) throw unsupported("an ISO");
  if (starts("BZh")) throw unsupported("bzip2 is not unpacked by this practice account");
  if (starts("\u00fd7zXZ") || starts("\u0028\u00b5\u002f\u00fd") || starts("PK\u0003\u0004")) {
    throw new ImportFailure("We don't support the compression format of your image.");
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(header.toString("latin1", 0, 200))) throw unsupported("a web page");
  if (starts("CD001", 32_769)) throw unsupported("an ISO");
  // Raw has no signature of its own; a disk that boots by BIOS or has a GPT carries the MBR's.
  if (hasBootSignature(header)) return "raw";
  throw unsupported("its format is not raw, qcow2, vhdx, vdi or vmdk");
}

const hasBootSignature = (header: Buffer): boolean => header.readUInt16LE(510) === 0xaa55;

/** From the header alone; also refuses headers that name other files before any tool opens them. */
function virtualBytesOf(format: Format, header: Buffer, fileBytes: number): number {
  switch (format) {
    case "raw":
      return fileBytes;
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

const QemuInfoSchema = z.object({ "virtual-size": z.number().nonnegative() });

/** A second opinion where qemu-img is installed: can it be opened, is it consistent, how large is the disk. */
async function askQemu(
  path: string,
  format: Format,
  processes: Processes,
  signal: AbortSignal,
): Promise<number | null> {
  if ((await processes.find("qemu-img")) === null) return null;
  const options = { signal, timeoutMs: 600_000, allowFailure: true };
  const info = await processes.run(["qemu-img", "info", "--output=json", "-f", format, path], options);
  if (info.code !== 0) throw unsupported(`it cannot be opened as ${format}`);
  // 2: corrupt, 1: the check itself failed; 3 (leaked clusters) does no harm, 63: nothing to check.
  const check = await processes.run(["qemu-img", "check", "-q", "-f", format, path], options);
  if (check.code === 1 || check.code === 2) throw unsupported(`the ${format} is damaged`);
  return QemuInfoSchema.parse(JSON.parse(info.stdout))["virtual-size"];
}
