import type { IdentifiedFile } from "./identified-file.ts";
import { unreadable } from "./source/binary.ts";
import { openFileBytes, type FileBytes } from "./source/file-bytes.ts";
import { recogniseFile } from "./source/headers/recognise-file.ts";

/**
 * Says what a file is by its content, never by its name. Opens this one file and no other, reads only headers
 * and tables, and has refused everything unsafe before any other program sees the file. A file without a
 * signature is a raw disk. `openImage` is for files that may be packed. Throws `image-refused`,
 * `image-unreadable`, `not-found`, `permission-denied`.
 */
export async function identifyFile(path: string): Promise<IdentifiedFile> {
  await using file = await openFileBytes(path);
  return await identifyBytes(file);
}

export async function identifyBytes(file: FileBytes): Promise<IdentifiedFile> {
  assertNotEmpty(file);
  const recognised = await recogniseFile(file);
  const { path, sizeBytes: fileBytes } = file;
  switch (recognised.kind) {
    case "raw":
      return { path, format: "raw", fileBytes, ...rawHeader(file) };
    case "foreign": {
      const { foreign, head } = recognised;
      const what = foreign.unpackedAs === null ? foreign.describe(head) : `packed with ${foreign.name}`;
      throw unreadable(`${path} is ${what}, which is not read here`, foreign.hint);
    }
    case "container": {
      const { container } = recognised;
      try {
        return { path, format: container.format, fileBytes, ...(await container.readHeader(file)) };
      } catch (error) {
        if (error instanceof RangeError) throw unreadable(`${path} has a damaged ${container.name} header`);
        throw error;
      }
    }
  }
}

export function assertNotEmpty(file: FileBytes): void {
  if (file.sizeBytes === 0) throw unreadable(`${file.path} is empty`, "Copy or download it again.");
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
