import { z } from "zod";
import { QuotaSchema } from "./account.ts";
import { LevelSchema } from "./finding.ts";
import { DisplayNameSchema } from "./machine.ts";

/** How a file is uploaded: as it lies in the library, as a qcow2 with zlib inside, or as a raw disk in gzip. */
export const UploadFormatSchema = z.enum(["as-it-is", "qcow2-zlib", "raw-gzip"]);
export type UploadFormat = z.infer<typeof UploadFormatSchema>;

/** One account that an image goes to. */
export const DestinationSchema = z.object({
  accountId: z.string(),
  name: DisplayNameSchema.optional(),
  region: z.string().min(1).optional(),
  /** Transferred there once the image is available. */
  moreRegions: z.array(z.string()).default([]),
  /** null: the account's own. */
  stagingId: z.string().nullable().default(null),
  /** The file lies at this address already: nothing is uploaded. It must answer as a staged object would. */
  sourceUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  /** null: by the rule that the plan tells. */
  format: UploadFormatSchema.nullable().default(null),
  /** Publish although the judge says error; the override is written into the record. */
  override: z.boolean().default(false),
});
export type Destination = z.input<typeof DestinationSchema>;

/** One job a destination is started; they share one staged object where they can. */
export const PublishManySchema = z.object({
  imageId: z.string(),
  destinations: z.array(DestinationSchema).min(1).max(32),
  /** Publish although the same content is in the account already. */
  again: z.boolean().default(false),
});
export type PublishMany = z.input<typeof PublishManySchema>;

/** Input of one publish job. */
export const PublishStartSchema = DestinationSchema.extend({
  imageId: z.string(),
  again: z.boolean().default(false),
  /** The publishes started together. */
  batchId: z.string().nullable().default(null),
});
export type PublishStart = z.input<typeof PublishStartSchema>;

/** What the operator of a panel needs to register a file that we have put on their storage. */
export const HandOffSchema = z.object({
  /** Under which the operator is asked to register it. */
  name: z.string(),
  fileName: z.string(),
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  osType: z.string(),
  cloudInit: z.boolean().nullable(),
  /** As it is given to the operator, Markdown. */
  text: z.string(),
});

/** `result` of a publish job. */
export const PublishResultSchema = z.object({
  accountId: z.string(),
  /** null: handed off, the operator registers it. */
  remoteImageId: z.string().nullable(),
  providerImageId: z.string().nullable(),
  status: z.string(),
  uploadedBytes: z.number(),
  sha256: z.string(),
  /** Looked at after the removal; null: nothing of ours was staged, or another publish still needs it. */
  stagingEmpty: z.boolean().nullable(),
  overridden: z.array(z.string()),
  regions: z.array(z.string()),
  handOff: HandOffSchema.nullable(),
});
export type PublishResult = z.infer<typeof PublishResultSchema>;

/** What a publish would do and what stands against it, before a byte leaves. */
export const DestinationPlanSchema = z.object({
  accountId: z.string(),
  level: LevelSchema,
  /** The file as it would be uploaded. `convert`: null when it goes as it is. */
  convert: UploadFormatSchema.exclude(["as-it-is"]).nullable(),
  /** What the account would take, the one that is used without a choice first, each with what speaks for it. */
  formats: z.array(z.object({ format: UploadFormatSchema, reason: z.string() })),
  uploadBytes: z.number().nullable(),
  /** The account whose staged object is used, when this one uploads nothing itself. */
  sharesWith: z.string().nullable(),
  stagingName: z.string().nullable(),
  /** How the provider will read it: by everybody who knows the address, by a signed link, from its own storage. */
  exposure: z.enum(["unguessable-public-link", "signed-link", "own-storage", "operator", "your-address"]),
  quota: QuotaSchema.nullable(),
  /** What the image would cost there; null: no price is known. */
  cost: z
    .object({ currency: z.string(), perMonth: z.number(), perHour: z.number(), basis: z.string() })
    .nullable(),
  /** Remote images of the same content that Goldsmith has published there. */
  same: z.array(z.string()),
  /** What holds it back or should be known, worst first. `blocks`: Publish refuses. */
  notes: z.array(z.object({ blocks: z.boolean(), text: z.string(), fix: z.string() })),
});
export type DestinationPlan = z.infer<typeof DestinationPlanSchema>;
