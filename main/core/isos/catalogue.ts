import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AnswerKindSchema } from "#contract/install.ts";
import { AppError } from "#core/lib/app-error.ts";
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

const CatalogueSchema = z.object({ version: z.literal(1), isos: z.array(CatalogueEntrySchema) });

export async function readCatalogue(resourcesFolder: string): Promise<CatalogueEntry[]> {
  const path = join(resourcesFolder, "iso-catalogue.json");
  try {
    return CatalogueSchema.parse(JSON.parse(await readFile(path, "utf8"))).isos;
  } catch (error) {
    throw new AppError("internal", `The catalogue of installers cannot be read: ${path}`, { cause: error });
  }
}
