import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import type { Processes } from "#ports/processes.ts";
import {
  formatOf,
  headerBytes,
  isGzip,
  unsupported,
  virtualBytesOf,
  type ContainerFormat,
} from "./image-header.ts";
import { ImportFailure } from "./import-failure.ts";
import type { IntakeRules } from "./intake-rules.ts";

const named: Readonly<Record<ContainerFormat, string>> = {
  raw: "a raw disk",
  qcow2: "a qcow2",
  vhdx: "a VHDX",
  vdi: "a VDI",
  vmdk: "a VMDK",
  iso: "an ISO",
};

export interface AcceptDeps {
  readonly rules: Pick<IntakeRules, "formats" | "gunzips" | "sizeLimitBytes">;
  readonly processes: Processes;
  readonly signal: AbortSignal;
}

/**
 * Looks at a fetched file by its content, never by its name, and unpacks gzip in place where the provider
 * does. Throws ImportFailure for what the provider's importer does not take.
 */
export async function acceptContent(
  path: string,
  deps: AcceptDeps,
): Promise<{ format: ContainerFormat; virtualBytes: number }> {
  const { rules } = deps;
  let header = await readHeader(path);
  if (rules.gunzips && isGzip(header)) {
    await gunzipInPlace(path, deps);
    header = await readHeader(path);
  }
  const format = formatOf(header);
  if (!rules.formats.includes(format)) throw unsupported(`${named[format]} is not taken here`);
  const { size } = await stat(path);
  const ownView = virtualBytesOf(format, header, size);
  const virtualBytes = (await askQemu(path, format, deps)) ?? ownView;
  if (virtualBytes >= rules.sizeLimitBytes) {
    throw new ImportFailure(`The image is larger than ${rules.sizeLimitBytes / 1e9} GB when decompressed.`);
  }
  return { format, virtualBytes };
}

async function readHeader(path: string): Promise<Buffer> {
  const header = Buffer.alloc(headerBytes);
  const file = await open(path, "r");
  try {
    await file.read(header, 0, header.length, 0);
  } finally {
    await file.close();
  }
  return header;
}

async function gunzipInPlace(path: string, { rules, signal }: AcceptDeps): Promise<void> {
  const unpacked = `${path}.unpacked`;
  let sizeBytes = 0;
  const limit = new Transform({
    transform(piece: Buffer, _encoding, done) {
      sizeBytes += piece.length;
      if (sizeBytes < rules.sizeLimitBytes) done(null, piece);
      else done(new ImportFailure(`The image is larger than ${rules.sizeLimitBytes / 1e9} GB.`));
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

const QemuInfoSchema = z.object({ "virtual-size": z.number().nonnegative() });

/** A second opinion where qemu-img is installed: can it be opened, is it consistent, how large is the disk. */
async function askQemu(
  path: string,
  format: ContainerFormat,
  { processes, signal }: AcceptDeps,
): Promise<number | null> {
  if (format === "iso" || (await processes.find("qemu-img")) === null) return null;
  const options = { signal, timeoutMs: 600_000, allowFailure: true };
  const info = await processes.run(["qemu-img", "info", "--output=json", "-f", format, path], options);
  if (info.code !== 0) throw unsupported(`it cannot be opened as ${format}`);
  // 2: corrupt, 1: the check itself failed; 3 (leaked clusters) does no harm, 63: nothing to check.
  const check = await processes.run(["qemu-img", "check", "-q", "-f", format, path], options);
  if (check.code === 1 || check.code === 2) throw unsupported(`the ${format} is damaged`);
  return QemuInfoSchema.parse(JSON.parse(info.stdout))["virtual-size"];
}
