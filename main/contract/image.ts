import { z } from "zod";
import { ImageFormatSchema } from "./facts.ts";
import { NotesSchema, TagsSchema } from "./machine.ts";

/** A finished image in the library. */
export const ImageViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  notes: NotesSchema.default(""),
  tags: TagsSchema.default([]),
  createdAt: z.iso.datetime(),
  path: z.string(),
  format: ImageFormatSchema,
  /** What the file is packed with (gzip, bzip2, xz, zstd); `format` and `virtualBytes` are of what is inside. */
  archive: z.string().nullable().default(null),
  fileBytes: z.number(),
  virtualBytes: z.number(),
  sha256: z.string().nullable(),
  /** Where it came from. `sourceBytes`: size of the source file before compaction. */
  origin: z.object({
    machineId: z.string().nullable(),
    sourcePath: z.string(),
    sourceBytes: z.number(),
  }),
  /** How equality with the source was proved. */
  proof: z.object({ checkedAt: z.iso.datetime(), method: z.string(), elapsedMs: z.number() }).nullable(),
});
export type ImageView = z.infer<typeof ImageViewSchema>;
