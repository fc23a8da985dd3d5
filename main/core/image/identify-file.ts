import type { IdentifiedFile } from "./identified-file.ts";
import { refused, unreadable } from "./source/binary.ts";
import { openFileBytes, type FileBytes } from "./source/file-bytes.ts";
import { foreignFormats } from "./source/headers/foreign.ts";
import type { ContainerFormat, Signatures } from "./source/headers/image-format.ts";
import { iso9660 } from "./source/headers/iso9660.ts";
import { qcow2 } from "./source/headers/qcow2.ts";
import { vdi } from "./source/headers/vdi.ts";
import { vhd } from "./source/headers/vhd.ts";
import { vhdx } from "./source/headers/vhdx.ts";
import { vmdk } from "./source/headers/vmdk.ts";

const containers: readonly ContainerFormat[] = [qcow2, vhdx, vhd, vdi, vmdk, iso9660];
const headBytes = 36 * 1024;

/**
 * Says what a file is by its content, never by its name. Opens this one file and no other, reads only headers
 * and tables, and has refused everything unsafe before any other program sees the file. A file without a
 * signature is a raw disk. Throws `image-refused`, `image-unreadable`, `not-found`, `permission-denied`.
 */
export async function identifyFile(path: string): Promise<IdentifiedFile> {
  await using file = await openFileBytes(path);
  return await identifyBytes(file);
}

export async function identifyBytes(file: FileBytes): Promise<IdentifiedFile> {
  if (file.sizeBytes === 0) throw unreadable(`${file.path} is empty`, "Copy or download it again.");
  const signatures: Signatures = {
    head: await file.read(0, headBytes),
    tail: await file.read(Math.max(0, file.sizeBytes - 512), 512),
  };
  const foreign = foreignFormats.filter((format) => format.matches(signatures));
  const matching = containers.filter((format) => format.matches(signatures));
  const only = matching[0];
  // The signatures of archives are short: a raw disk may begin with anything, so only a lone match counts.
  const other = foreign[0];
  if (matching.length + foreign.length > 1 || (only !== undefined && other !== undefined)) {
    const names = [...matching, ...foreign].map((format) => format.name);
    throw refused(
      `${file.path} looks like two formats at once: ${names.join(" and ")}`,
      "Different programs would read different disks from it. Convert the source again.",
    );
  }
  if (other !== undefined) {
    const what =
      other.kind === "archive" ? `packed with ${other.name}` : `a disk in the ${other.name} format`;
    throw unreadable(`${file.path} is ${what}, which is not read here`, other.hint);
  }
  const { path, sizeBytes: fileBytes } = file;
  if (only === undefined) return { path, format: "raw", fileBytes, ...rawHeader(file) };
  try {
    return { path, format: only.format, fileBytes, ...(await only.readHeader(file)) };
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(`${path} has a damaged ${only.name} header`);
    throw error;
  }
}

function rawHeader(file: FileBytes): Omit<IdentifiedFile, "path" | "format" | "fileBytes"> {
  if (file.sizeBytes < 512) throw unreadable(`${file.path} is too small to be a disk`);
  const notes =
    file.sizeBytes % 512 === 0
      ? []
      : ["The file's size is not a whole number of sectors; it may be truncated."];
  return {
    virtualBytes: file.sizeBytes,
    allocatedBytes: null,
    compressedClusters: null,
    variant: "raw",
    notes,
  };
}
