import { z } from "zod";

export const RemoteStateSchema = z.enum(["creating", "available", "error", "deleting", "unknown"]);
export type RemoteState = z.infer<typeof RemoteStateSchema>;

/** What was seen of a remote image when, newest last; at most 100 are kept. */
export const RemoteEventSchema = z.object({
  at: z.iso.datetime(),
  state: RemoteStateSchema,
  providerStatus: z.string(),
  message: z.string(),
});

/** An image as it stands in a provider's account. */
export const RemoteImageSchema = z.object({
  /** `<accountId>/<providerImageId>`. */
  id: z.string(),
  accountId: z.string(),
  providerImageId: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  state: RemoteStateSchema,
  /** The provider's own word, never translated. */
  providerStatus: z.string(),
  errorMessage: z.string().nullable(),
  /** The provider's own word for where it came from (`custom`, `user`, `qcow2` …), or null. */
  source: z.string().nullable(),
  regions: z.array(z.string()),
  sizeBytes: z.number().nullable(),
  /** How far the import is, where the provider tells; totalBytes null: only a share is told, of 100. */
  progress: z.object({ done: z.number(), total: z.number(), unit: z.enum(["bytes", "percent"]) }).nullable(),
  createdAt: z.string().nullable(),
  seenAt: z.iso.datetime(),
  history: z.array(RemoteEventSchema),
  /** The library image and the publish it came from, when Goldsmith made it. */
  publishedFrom: z.object({ imageId: z.string(), jobId: z.string(), sha256: z.string() }).nullable(),
});
export type RemoteImage = z.infer<typeof RemoteImageSchema>;

/** What an instance can be made of. Prices and sizes are the provider's words. */
export const LaunchOptionsSchema = z.object({
  /** `create` a new instance, or `reinstall` an existing one (its disk is lost). */
  modes: z.array(z.enum(["create", "reinstall"])),
  regions: z.array(z.string()),
  sizes: z.array(z.object({ id: z.string(), text: z.string() })),
  keys: z.array(z.object({ id: z.string(), name: z.string() })),
  instances: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
  /** OCI: subnets and availability domains; elsewhere empty. */
  networks: z.array(z.object({ id: z.string(), name: z.string() })),
  zones: z.array(z.string()),
  /** false: the provider refuses a launch without a key (DigitalOcean custom images). */
  keyOptional: z.boolean(),
});
export type LaunchOptions = z.infer<typeof LaunchOptionsSchema>;

export const LaunchRequestSchema = z.object({
  remoteImageId: z.string(),
  mode: z.enum(["create", "reinstall"]),
  name: z.string().min(1),
  region: z.string().optional(),
  size: z.string().optional(),
  keyIds: z.array(z.string()).default([]),
  /** A public key in OpenSSH's form, where the provider takes one directly (OCI). */
  publicKey: z.string().optional(),
  userData: z
    .string()
    .max(64 * 1024)
    .default(""),
  instanceId: z.string().optional(),
  network: z.string().optional(),
  zone: z.string().optional(),
});
export type LaunchRequest = z.input<typeof LaunchRequestSchema>;

export const LaunchedSchema = z.object({ instanceId: z.string(), status: z.string() });
