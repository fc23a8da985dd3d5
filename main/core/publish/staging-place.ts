import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ImageView } from "#contract/image.ts";

/** Where one publish puts its object. Journalled before anything exists there. */
export const StagingPlaceSchema = z.object({ prefix: z.string().startsWith("goldsmith/"), key: z.string() });
export type StagingPlace = z.infer<typeof StagingPlaceSchema>;

const extensions: Partial<Record<ImageView["format"], string>> = { raw: "img", iso9660: "iso" };

/**
 * The object is readable by its plain URL while the provider fetches it (a presigned GET does not survive the
 * importer's HEAD), so its key must not be guessable: 128 bits of chance. The name helps only its reader.
 */
export function newStagingPlace(image: Pick<ImageView, "name" | "format">): StagingPlace {
  const prefix = `goldsmith/${randomBytes(16).toString("hex")}/`;
  const name = image.name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 60);
  return {
    prefix,
    key: `${prefix}${name === "" ? "image" : name}.${extensions[image.format] ?? image.format}`,
  };
}
