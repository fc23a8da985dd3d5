import type { ImageFormat } from "#contract/facts.ts";
import type { ImageHeader } from "#core/image/identified-file.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";

/** The pieces of a file in which every format shows its signature. */
export interface Signatures {
  /** The first 36 KiB, shorter for a shorter file. */
  readonly head: Buffer;
  /** The last 512 bytes. */
  readonly tail: Buffer;
}

/** A container format: recognised by its signature alone, then read with every bound checked. */
export interface ContainerFormat {
  readonly format: ImageFormat;
  readonly name: string;
  matches(signatures: Signatures): boolean;
  /** Throws `image-refused` for what must not be opened and `image-unreadable` for what cannot be. */
  readHeader(file: FileBytes): Promise<ImageHeader>;
}
