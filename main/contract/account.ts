import { z } from "zod";
import { ProviderIdSchema } from "./finding.ts";
import { DisplayNameSchema } from "./machine.ts";

/** An S3-compatible store where an image is put so that the provider can fetch it. */
export const S3StagingSchema = z.object({
  kind: z.literal("s3"),
  endpoint: z.url({ protocol: /^https?$/ }),
  region: z.string().min(1).default("us-east-1"),
  bucket: z.string().min(3).max(63),
  accessKeyId: z.string().min(1),
  /** Address under which the provider reaches the object; `{key}` is replaced. Default: endpoint/bucket/key. */
  publicUrlTemplate: z.string().nullable().default(null),
});
export type S3Staging = z.infer<typeof S3StagingSchema>;

export const AccountViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  provider: ProviderIdSchema,
  /** A built-in emulator of the provider: no network, no cost. */
  practice: z.boolean(),
  apiBase: z.string(),
  defaultRegion: z.string(),
  staging: S3StagingSchema.nullable(),
  createdAt: z.iso.datetime(),
});
export type AccountView = z.infer<typeof AccountViewSchema>;

/** Secrets travel once, in this call, and rest in the keychain; no view ever shows them. */
export const AccountConnectSchema = z.object({
  name: DisplayNameSchema,
  provider: z.literal("digitalocean"),
  token: z.string().trim().min(1),
  apiBase: z.url({ protocol: /^https?$/ }).default("https://api.digitalocean.com"),
  defaultRegion: z.string().min(1).default("nyc3"),
  staging: S3StagingSchema.extend({ secretAccessKey: z.string().min(1) }),
});
export type AccountConnect = z.input<typeof AccountConnectSchema>;

export const RemoteStateSchema = z.enum(["creating", "available", "error", "deleting", "unknown"]);

/** An image as it stands in a provider's account. */
export const RemoteImageSchema = z.object({
  /** `<accountId>/<providerImageId>`. */
  id: z.string(),
  accountId: z.string(),
  providerImageId: z.string(),
  name: z.string(),
  state: RemoteStateSchema,
  /** The provider's own word, never translated. */
  providerStatus: z.string(),
  errorMessage: z.string().nullable(),
  regions: z.array(z.string()),
  sizeBytes: z.number().nullable(),
  createdAt: z.string().nullable(),
  seenAt: z.iso.datetime(),
});
export type RemoteImage = z.infer<typeof RemoteImageSchema>;

export const PublishStartSchema = z.object({
  imageId: z.string(),
  accountId: z.string(),
  name: DisplayNameSchema.optional(),
  region: z.string().min(1).optional(),
  /** Publish although the judge says error; the override is written into the record. */
  override: z.boolean().default(false),
});
export type PublishStart = z.input<typeof PublishStartSchema>;

/** `result` of a publish job. */
export const PublishResultSchema = z.object({
  remoteImageId: z.string(),
  providerImageId: z.string(),
  status: z.string(),
  uploadedBytes: z.number(),
  sha256: z.string(),
  stagingEmpty: z.boolean(),
  overridden: z.array(z.string()),
});
export type PublishResult = z.infer<typeof PublishResultSchema>;
