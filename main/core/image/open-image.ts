import type { Ports } from "#ports/ports.ts";
import type { CompressionName } from "./compression/compressions.ts";
import type { IdentifiedFile } from "./identified-file.ts";
import { assertNotEmpty, identifyBytes } from "./identify-file.ts";
import { unreadable } from "./source/binary.ts";
import { openUnpacked, type UnpackOptions } from "./source/archive/unpacked-cache.ts";
import { openFileBytes } from "./source/file-bytes.ts";
import { recogniseFile } from "./source/headers/recognise-file.ts";

/** An image to be read, wherever it lies. Dispose of it when nothing reads it any more. */
export interface OpenedImage extends AsyncDisposable {
  /** The image itself: the file that was named, or the one that was packed in it, unpacked in the cache folder. */
  readonly image: IdentifiedFile;
  /** What the file that was named is packed with. */
  readonly archive: CompressionName | null;
  /** Size of the file that was named. */
  readonly fileBytes: number;
}

/**
 * Like `identifyFile`, and unpacks gzip, bzip2, xz and zstd: once, as long as the archive stays as it is. Everything
 * that reads an image which a user named begins here: inspecting, compacting, publishing. Throws what
 * `identifyFile` throws, `disk-full`, `image-in-use` (it changes meanwhile), `cancelled`.
 */
export async function openImage(
  path: string,
  deps: { ports: Pick<Ports, "directories"> },
  options: UnpackOptions,
): Promise<OpenedImage> {
  await using file = await openFileBytes(path);
  assertNotEmpty(file);
  const recognised = await recogniseFile(file);
  const archive = recognised.kind === "foreign" ? recognised.foreign.unpackedAs : null;
  if (archive === null) {
    const image = await identifyBytes(file);
    return { image, archive, fileBytes: file.sizeBytes, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const unpacked = await openUnpacked(file, archive, deps.ports.directories, options);
  try {
    const image = await identifyInside(file.path, archive, unpacked.path);
    const dispose = (): PromiseLike<void> => unpacked[Symbol.asyncDispose]();
    return { image, archive, fileBytes: file.sizeBytes, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await unpacked[Symbol.asyncDispose]();
    throw error;
  }
}

/** Errors name the archive: a path in the cache folder tells nobody anything. */
async function identifyInside(
  archivePath: string,
  archive: CompressionName,
  unpackedPath: string,
): Promise<IdentifiedFile> {
  await using inner = await openFileBytes(unpackedPath);
  if (inner.sizeBytes === 0) throw unreadable(`${archivePath} holds an empty file (${archive})`);
  const image = await identifyBytes({ ...inner, path: `${archivePath} (${archive})` });
  return { ...image, path: unpackedPath };
}
