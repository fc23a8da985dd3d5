import type { ImageHeader } from "#core/image/identified-file.ts";
import { assertVirtualSize, refused, truncated, u64le, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { ContainerFormat } from "./image-format.ts";
import { readVmdkDescriptor } from "./vmdk-descriptor.ts";
import { scanGrains } from "./vmdk-grains.ts";
import type { VmdkHeader } from "./vmdk-header.ts";

/**
 * "Virtual Disk Format 5.0", VMware. Only the two variants that are one file: monolithicSparse and
 * streamOptimized. A text descriptor, an ESX extent ("COWD") or a header with capacity 0 names other files.
 */
const gdAtEnd = 0xffff_ffff_ffff_ffffn;
const maxDescriptorBytes = 1024 ** 2;

export const vmdk: ContainerFormat = {
  format: "vmdk",
  name: "VMDK",
  matches: ({ head }) => {
    const start = head.toString("latin1", 0, 21);
    return start.startsWith("KDMV") || start.startsWith("COWD") || start === "# Disk DescriptorFile";
  },
  readHeader,
};

async function readHeader(file: FileBytes): Promise<ImageHeader> {
  const { header, variant } = await readVmdkLayout(file);
  return {
    virtualBytes: header.capacityBytes,
    allocatedBytes: await scanGrains(file, header),
    compressedClusters: header.compressed ? "zlib" : "none",
    variant: `VMDK, ${variant}`,
    notes: [],
  };
}

/** Header, descriptor and, where there is one, the footer that counts instead; all checked, no grain looked up. */
export async function readVmdkLayout(file: FileBytes): Promise<{ header: VmdkHeader; variant: string }> {
  const head = await file.read(0, 512);
  if (head.toString("latin1", 0, 4) !== "KDMV") {
    throw refused(
      `${file.path} is a VMDK that keeps its data in other files`,
      "Merge them with `qemu-img convert -O vmdk -o subformat=monolithicSparse`, then choose the result.",
    );
  }
  if (head.length < 512) throw truncated(file.path, "its VMDK header is cut off");
  const version = head.readUInt32LE(4);
  if (version < 1 || version > 3)
    throw unreadable(`${file.path} is a VMDK of the unknown version ${version}`);
  let header = parseHeader(head);
  if (header.capacityBytes === 0) throw refused(`${file.path} is a VMDK that keeps its data in other files`);
  checkGeometry(file.path, header);
  const variant = await readCreateType(file, header);
  if (header.directoryAtEnd) header = await readFooter(file);
  checkGeometry(file.path, header);
  return { header, variant };
}

function parseHeader(head: Buffer): VmdkHeader {
  const flags = head.readUInt32LE(8);
  return {
    capacityBytes: u64le(head, 12) * 512,
    grainBytes: u64le(head, 20) * 512,
    descriptorOffset: u64le(head, 28) * 512,
    descriptorBytes: u64le(head, 36) * 512,
    grainsPerTable: head.readUInt32LE(44),
    directoryOffset: u64le(head, 56) * 512,
    directoryAtEnd: head.readBigUInt64LE(56) === gdAtEnd,
    compressed: (flags & 0x1_0000) !== 0 && head.readUInt16LE(77) === 1,
    markers: (flags & 0x2_0000) !== 0,
  };
}

function checkGeometry(path: string, header: VmdkHeader): void {
  const { grainBytes, grainsPerTable } = header;
  assertVirtualSize(path, header.capacityBytes);
  // QEMU's block/vmdk.c takes grains of 4 KiB to 64 MiB and tables of at most 512 entries
  if (grainBytes < 4096 || grainBytes > 64 * 1024 ** 2 || (grainBytes & (grainBytes - 1)) !== 0) {
    throw unreadable(`${path} has VMDK grains of an impossible size`);
  }
  if (grainsPerTable < 1 || grainsPerTable > 512) throw refused(`${path} has an absurd VMDK grain table`);
  if (header.capacityBytes / (grainBytes * grainsPerTable) > (32 * 1024 ** 2) / 4) {
    throw refused(`${path} has an absurd VMDK grain directory`);
  }
}

async function readCreateType(file: FileBytes, header: VmdkHeader): Promise<string> {
  if (header.descriptorOffset === 0 || header.descriptorBytes === 0)
    throw unreadable(`${file.path} has no VMDK descriptor`);
  if (header.descriptorBytes > maxDescriptorBytes)
    throw refused(`${file.path} has an absurd VMDK descriptor`);
  const bytes = await file.read(header.descriptorOffset, header.descriptorBytes);
  if (bytes.length < header.descriptorBytes) throw truncated(file.path, "its VMDK descriptor is cut off");
  return readVmdkDescriptor(file.path, bytes);
}

/** streamOptimized: the header that counts is the copy 1024 bytes before the end. */
async function readFooter(file: FileBytes): Promise<VmdkHeader> {
  const footer = await file.read(file.sizeBytes - 1024, 512);
  if (footer.toString("latin1", 0, 4) !== "KDMV") throw truncated(file.path, "its VMDK footer is missing");
  return parseHeader(footer);
}
