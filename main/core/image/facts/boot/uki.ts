import type { TreeFile } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";

/** PE/COFF as Microsoft documents it; far more sections than systemd's ukify ever writes. */
const maxSections = 96;
const sectionHeaderBytes = 40;
const maxTextBytes = 64 * 1024;

/** A kernel, its initramfs and its command line in one EFI program: UAPI.5 "Unified Kernel Image". */
export interface Uki {
  /** Version of the kernel (`.uname`). */
  readonly kernelVersion: string | null;
  /** `.cmdline`; null when the boot loader gives it. */
  readonly commandLine: string | null;
  /** Text of `.osrel`, as /etc/os-release. */
  readonly osRelease: string | null;
  /** `.initrd`; null when the loader gives it. */
  readonly initramfs: TreeFile | null;
  /** `.linux` */
  readonly kernel: TreeFile;
}

/** null when the file is no PE program with a `.linux` section. Reads headers and small sections only. */
export async function readUki(file: TreeFile): Promise<Uki | null> {
  const dos = await file.read(0, 64);
  if (dos.length < 64 || dos.toString("latin1", 0, 2) !== "MZ") return null;
  const peAt = dos.readUInt32LE(60);
  const pe = await file.read(peAt, 24);
  if (pe.length < 24 || pe.toString("latin1", 0, 4) !== "PE\0\0") return null;
  const count = Math.min(pe.readUInt16LE(6), maxSections);
  const table = await file.read(peAt + 24 + pe.readUInt16LE(20), count * sectionHeaderBytes);
  const sections = new Map<string, TreeFile>();
  for (let at = 0; at + sectionHeaderBytes <= table.length; at += sectionHeaderBytes) {
    const name = table.toString("latin1", at, at + 8).split("\0")[0] ?? "";
    // the size in memory is the true one, the size in the file is rounded up
    const sizeBytes = Math.min(table.readUInt32LE(at + 8), table.readUInt32LE(at + 16));
    if (!sections.has(name)) sections.set(name, partOf(file, table.readUInt32LE(at + 20), sizeBytes));
  }
  const kernel = sections.get(".linux");
  if (kernel === undefined) return null;
  const text = async (name: string): Promise<string | null> => {
    const section = sections.get(name);
    if (section === undefined) return null;
    const bytes = await section.read(0, Math.min(section.sizeBytes, maxTextBytes));
    return bytes.toString("utf8").split("\0")[0] ?? "";
  };
  const oneLine = async (name: string): Promise<string | null> => {
    const value = await text(name);
    return value === null ? null : printable(value, 4096);
  };
  return {
    kernelVersion: await oneLine(".uname"),
    commandLine: await oneLine(".cmdline"),
    osRelease: await text(".osrel"),
    initramfs: sections.get(".initrd") ?? null,
    kernel,
  };
}

function partOf(file: TreeFile, startByte: number, wantedBytes: number): TreeFile {
  const sizeBytes = Math.max(0, Math.min(wantedBytes, file.sizeBytes - startByte));
  return {
    sizeBytes,
    read: (offsetBytes, lengthBytes) => {
      const length = Math.min(lengthBytes, sizeBytes - offsetBytes);
      return length > 0 ? file.read(startByte + offsetBytes, length) : Promise.resolve(Buffer.alloc(0));
    },
  };
}
