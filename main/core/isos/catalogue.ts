import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AnswerKindSchema } from "#contract/install.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readJson } from "#core/library/json-file.ts";
import { listFormats } from "./checksum-lists.ts";

/** One installer of `resources/iso-catalogue.json`, version 1. */
export const CatalogueEntrySchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
  title: z.string(),
  os: z.string(),
  /** What people call the release line; the exact version is in the file's name. */
  version: z.string(),
  /** The project's own list of checksums, always over HTTPS. */
  list: z.object({ url: z.url({ protocol: /^https$/ }), format: z.enum(listFormats) }),
  /** Names in the list that are this installer; of several the highest version is taken. */
  pattern: z.string(),
  /** Folder of the files; a list that gives whole addresses needs none. */
  base: z.url({ protocol: /^https?$/ }).nullable(),
  answerKind: AnswerKindSchema.nullable(),
  /** Roughly, so that one knows before; the list or the server tells exactly. */
  sizeBytes: z.number().int().positive().nullable(),
});
export type CatalogueEntry = z.infer<typeof CatalogueEntrySchema>;

/** A server of this computer itself is as good as one over HTTPS: nobody is on the way. */
const OwnEntrySchema = CatalogueEntrySchema.extend({
  list: CatalogueEntrySchema.shape.list.extend({
    url: z
      .url({ protocol: /^https?$/ })
      .refine((url) => /^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url), {
        message: "The list of checksums must come over HTTPS",
      }),
  }),
});
const OwnCatalogueSchema = z.object({ version: z.literal(1), isos: z.array(OwnEntrySchema) });

const CatalogueSchema = z.object({ version: z.literal(1), isos: z.array(CatalogueEntrySchema) });

export const ownCataloguePath = (dataFolder: string): string => join(dataFolder, "iso-catalogue.json");

/**
 * The user's own entries, in the form of the product's: a mirror of the house, say. `[]` without such a file; throws
 * `protocol` with what is wrong in it.
 */
export async function readOwnCatalogue(dataFolder: string): Promise<CatalogueEntry[]> {
  const own = await readJson(ownCataloguePath(dataFolder), OwnCatalogueSchema);
  for (const { id, pattern } of own?.isos ?? []) {
    try {
      new RegExp(pattern);
    } catch (cause) {
      throw new AppError("protocol", `The pattern of ${id} is none`, { cause });
    }
  }
  return own?.isos ?? [];
}

/** An own entry stands in the place of the product's with the same id. */
export const joinCatalogues = (
  shipped: readonly CatalogueEntry[],
  own: readonly CatalogueEntry[],
): CatalogueEntry[] => [...own, ...shipped.filter(({ id }) => own.every((entry) => entry.id !== id))];

export async function readCatalogue(resourcesFolder: string): Promise<CatalogueEntry[]> {
  const path = join(resourcesFolder, "iso-catalogue.json");
  try {
    return CatalogueSchema.parse(JSON.parse(await readFile(path, "utf8"))).isos;
  } catch (error) {
    throw new AppError("internal", `The catalogue of installers cannot be read: ${path}`, { cause: error });
  }
}
