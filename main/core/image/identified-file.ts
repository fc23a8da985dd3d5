import type { ImageFormat } from "#contract/facts.ts";

/** What the header of an image file tells. */
export interface ImageHeader {
  /** Size of the disk that a guest sees. */
  readonly virtualBytes: number;
  /** Bytes of the guest's data held in the file, where the format tells. */
  readonly allocatedBytes: number | null;
  /** Compression inside the file; null when the format has none. */
  readonly compressedClusters: "none" | "zlib" | "zstd" | null;
  /** Version and variant in a few words: `qcow2 v3, 64 KiB clusters`. */
  readonly variant: string;
  /** What a user should know and what does not keep us from reading. */
  readonly notes: readonly string[];
}

/** A file that is exactly one format, whose header is sound and which names no other file. */
export interface IdentifiedFile extends ImageHeader {
  /** Absolute. */
  readonly path: string;
  readonly format: ImageFormat;
  readonly fileBytes: number;
}
