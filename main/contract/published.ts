import { z } from "zod";
import { errorCodes } from "./errors.ts";
import { ImageFactsSchema, ImageFormatSchema } from "./facts.ts";
import { FindingSchema, LevelSchema, ProviderIdSchema } from "./finding.ts";

/**
 * The documents that `goldsmith inspect --json` and `goldsmith check --json` print, for other programs to rely
 * on. Their JSON Schemas are in resources/schemas/ and are made from these by `npm run schemas`.
 */

/** Why a file has no facts: code, what happened, what to do. */
export const PublishedErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string(),
});
export type PublishedError = z.infer<typeof PublishedErrorSchema>;

/** As in the contract, but `fix` is left out where there is none. */
export const PublishedFindingSchema = FindingSchema.extend({
  fix: z.object({ text: z.string(), repairId: z.string().nullable() }).optional(),
});

export const CheckedFileSchema = z.object({
  /** Absolute. */
  path: z.string(),
  /** null: the file could not be read; `error` says why. */
  format: ImageFormatSchema.nullable(),
  verdicts: z.partialRecord(
    ProviderIdSchema,
    z.object({ level: LevelSchema, findings: z.array(PublishedFindingSchema) }),
  ),
  error: PublishedErrorSchema.optional(),
});
export type CheckedFile = z.infer<typeof CheckedFileSchema>;

export const CheckDocumentSchema = z.object({
  schemaVersion: z.literal(1),
  files: z.array(CheckedFileSchema),
});
export type CheckDocument = z.infer<typeof CheckDocumentSchema>;

export const InspectDocumentSchema = z.object({
  schemaVersion: z.literal(1),
  files: z.array(
    z.object({
      /** Absolute. */
      path: z.string(),
      facts: ImageFactsSchema.nullable(),
      error: PublishedErrorSchema.nullable(),
    }),
  ),
});
export type InspectDocument = z.infer<typeof InspectDocumentSchema>;

/** How much of an archive is unpacked, in bytes of the archive. */
export const UnpackProgressSchema = z.object({ doneBytes: z.number(), totalBytes: z.number() });
export type UnpackProgress = z.infer<typeof UnpackProgressSchema>;

/** What a report can be taken away as. */
export const ExportFormatSchema = z.enum(["json", "sarif", "junit", "html", "markdown"]);
export type ExportFormat = z.infer<typeof ExportFormatSchema>;

export const ExportedTextSchema = z.object({
  text: z.string(),
  mediaType: z.string(),
  /** A file name without a folder, fit for every system. */
  suggestedName: z.string(),
});
export type ExportedText = z.infer<typeof ExportedTextSchema>;
