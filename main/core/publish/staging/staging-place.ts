import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ImageFormat } from "#contract/facts.ts";
import { ourPrefix } from "./staging-items.ts";

/** Where an object lies: its key, and the prefix of everything that belongs to it. */
export const ObjectPlaceSchema = z.object({ prefix: z.string().min(1), key: z.string().min(1) });
export type ObjectPlace = z.infer<typeof ObjectPlaceSchema>;

const extensions: Partial<Record<ImageFormat, string>> = { raw: "img", iso9660: "iso" };

const archiveEndings: Readonly<Record<string, string>> = {
  gzip: ".gz",
  bzip2: ".bz2",
  xz: ".xz",
  zstd: ".zst",
};

/** A file that is to be put somewhere. `archive`: what it is packed with. */
export interface NamedFile {
  readonly name: string;
  readonly format: ImageFormat;
  readonly archive: string | null;
}

/** Providers look at the ending before they look inside: Contabo answers 415 to one that it does not know. */
const fileName = ({ name, format, archive }: NamedFile): string =>
  `${fileStem(name)}.${extensions[format] ?? format}${archiveEndings[archive ?? ""] ?? ""}`;

function fileStem(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 60);
  return plain === "" ? "image" : plain;
}

/**
 * The object may become readable by its plain URL while the provider fetches it (a presigned GET does not survive
 * an importer's HEAD), so its key must not be guessable: 128 bits of chance. The name helps only its reader.
 */
export function newStagingPlace(image: NamedFile): ObjectPlace {
  const prefix = `${ourPrefix}${randomBytes(16).toString("hex")}/`;
  return { prefix, key: `${prefix}${fileName(image)}` };
}

/** A file that stays for the operator: named for people, and the same for the same content. */
export function handOffPlace(image: NamedFile, sha256: string): ObjectPlace {
  const stem = `${fileStem(image.name)}-${sha256.slice(0, 8)}`;
  const key = fileName({ ...image, name: stem });
  return { prefix: key, key };
}
