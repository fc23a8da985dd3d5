import type { ImageHeader } from "#core/image/identified-file.ts";
import {
  assertVirtualSize,
  printable,
  refused,
  truncated,
  u64be,
  unreadable,
} from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { ContainerFormat } from "./image-format.ts";
import { readHeaderExtensions } from "./qcow2-extensions.ts";
import { scanClusters } from "./qcow2-clusters.ts";
import type { Qcow2Layout } from "./qcow2-layout.ts";

/** QEMU docs/interop/qcow2.rst. Limits as QEMU's block/qcow2.h sets them. */
const magic = Buffer.from("QFI\xfb", "latin1");
const maxL1Bytes = 32 * 1024 ** 2;
const maxRefcountTableBytes = 8 * 1024 ** 2;
const maxSnapshots = 65536;
const incompatible = { dirty: 1, corrupt: 2, dataFile: 4, compression: 8, extendedL2: 16 } as const;
const knownIncompatible = 31;

export const qcow2: ContainerFormat = {
  format: "qcow2",
  name: "qcow2",
  // version 1 is another format with the same magic
  matches: ({ head }) =>
    head.subarray(0, 4).equals(magic) && !(head.length >= 8 && head.readUInt32BE(4) === 1),
  readHeader,
};

async function readHeader(file: FileBytes): Promise<ImageHeader> {
  const { layout, version, isDirty } = await readQcow2Layout(file);
  const usage = await scanClusters(file, layout);
  const notes = [];
  if (isDirty) notes.push("The qcow2 file was not closed cleanly (dirty).");
  if (usage.partial) notes.push("The cluster tables are too large to be checked to the end.");
  return {
    virtualBytes: layout.virtualBytes,
    // compressed clusters share sectors, so their sum can exceed the file
    allocatedBytes: usage.partial ? null : Math.min(usage.allocatedBytes, file.sizeBytes),
    compressedClusters: usage.compressed ? layout.compression : "none",
    variant: `qcow2 v${version}, ${layout.clusterBytes / 1024} KiB clusters`,
    notes,
  };
}

/** Header, extensions and tables' places, all checked: what must be true before any cluster is looked up. */
export async function readQcow2Layout(
  file: FileBytes,
): Promise<{ layout: Qcow2Layout; version: number; isDirty: boolean }> {
  const head = await file.read(0, 65536);
  if (head.length < 72) throw truncated(file.path, "its qcow2 header is cut off");
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3)
    throw unreadable(`${file.path} is qcow2 of the unknown version ${version}`);
  if (version === 3 && head.length < 104) throw truncated(file.path, "its qcow2 header is cut off");
  await refuseOtherFiles(file, head);
  if (head.readUInt32BE(32) !== 0)
    throw refused(`${file.path} is encrypted`, "Decrypt it first with qemu-img.");

  const features = version === 3 ? u64be(head, 72) : 0;
  const low = version === 3 ? head.readUInt32BE(76) : 0;
  const headerLength = version === 3 ? head.readUInt32BE(100) : 72;
  const extensions = readHeaderExtensions(head, headerLength, head.readUInt32BE(20));
  refuseFeatures(file.path, features, low, extensions);

  const compression = compressionType(file.path, head, low, headerLength);
  const layout = readLayout(file, head, (low & incompatible.extendedL2) !== 0, compression);
  checkTables(file, head, layout);
  return { layout, version, isDirty: (low & incompatible.dirty) !== 0 };
}

async function refuseOtherFiles(file: FileBytes, head: Buffer): Promise<void> {
  const offset = u64be(head, 8);
  if (offset === 0) return;
  const length = Math.min(head.readUInt32BE(16), 1023);
  const name = printable((await file.read(offset, length)).toString("utf8"));
  throw refused(
    `${file.path} is only a layer over another file: “${name}”`,
    "Merge the two into one file with `qemu-img convert`, then choose the result.",
  );
}

function refuseFeatures(
  path: string,
  features: number,
  low: number,
  extensions: ReturnType<typeof readHeaderExtensions>,
): void {
  if ((low & incompatible.dataFile) !== 0 || extensions.dataFile !== null) {
    throw refused(
      `${path} keeps its data in another file${extensions.dataFile === null ? "" : `: “${extensions.dataFile}”`}`,
      "Merge the two into one file with `qemu-img convert`, then choose the result.",
    );
  }
  if (extensions.encryption) throw refused(`${path} is encrypted`, "Decrypt it first with qemu-img.");
  if (features !== low || (low & ~knownIncompatible) !== 0) {
    const names = extensions.featureNames(features);
    throw refused(`${path} needs qcow2 features that are not known here: ${names.join(", ")}`);
  }
  if ((low & incompatible.corrupt) !== 0) {
    throw unreadable(`${path} is marked as corrupt`, "Repair a copy of it with `qemu-img check -r all`.");
  }
}

function readLayout(
  file: FileBytes,
  head: Buffer,
  extendedL2: boolean,
  compression: Qcow2Layout["compression"],
): Qcow2Layout {
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw refused(`${file.path} has clusters of an impossible size (2^${clusterBits} bytes)`);
  }
  if (extendedL2 && clusterBits < 14) throw refused(`${file.path} has subclusters below 512 bytes`);
  const virtualBytes = u64be(head, 24);
  assertVirtualSize(file.path, virtualBytes);
  const l1Entries = head.readUInt32BE(36);
  return {
    clusterBytes: 2 ** clusterBits,
    clusterBits,
    virtualBytes,
    l1Offset: u64be(head, 40),
    l1Entries,
    extendedL2,
    compression,
  };
}

function checkTables(file: FileBytes, head: Buffer, layout: Qcow2Layout): void {
  const { clusterBytes, l1Offset, l1Entries } = layout;
  const l2Entries = clusterBytes / (layout.extendedL2 ? 16 : 8);
  const needed = Math.ceil(layout.virtualBytes / (clusterBytes * l2Entries));
  if (l1Entries * 8 > maxL1Bytes || needed * 8 > maxL1Bytes)
    throw refused(`${file.path} has an absurd L1 table`);
  if (l1Entries < needed) throw unreadable(`${file.path} has an L1 table too small for its disk`);
  assertTable(file, "L1 table", l1Offset, l1Entries * 8, clusterBytes);
  const refcountBytes = head.readUInt32BE(56) * clusterBytes;
  if (refcountBytes > maxRefcountTableBytes) throw refused(`${file.path} has an absurd refcount table`);
  assertTable(file, "refcount table", u64be(head, 48), refcountBytes, clusterBytes);
  const snapshots = head.readUInt32BE(60);
  if (snapshots > maxSnapshots) throw refused(`${file.path} claims ${snapshots} snapshots`);
  if (snapshots > 0) assertTable(file, "snapshot table", u64be(head, 64), snapshots * 40, clusterBytes);
}

function assertTable(
  file: FileBytes,
  name: string,
  offset: number,
  bytes: number,
  clusterBytes: number,
): void {
  if (bytes === 0) return;
  if (offset % clusterBytes !== 0) throw unreadable(`${file.path} has a misplaced ${name}`);
  if (offset + bytes > file.sizeBytes)
    throw truncated(file.path, `its ${name} lies past the end of the file`);
}

function compressionType(path: string, head: Buffer, low: number, headerLength: number): "zlib" | "zstd" {
  if ((low & incompatible.compression) === 0) return "zlib";
  const type = headerLength > 104 ? head.readUInt8(104) : 0;
  if (type === 0) return "zlib";
  if (type === 1) return "zstd";
  throw refused(`${path} uses an unknown compression (${type})`);
}
