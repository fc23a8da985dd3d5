import { z } from "zod";
import { ProviderIdSchema } from "./finding.ts";
import { DisplayNameSchema } from "./machine.ts";
import { StagingConnectSchema } from "./staging.ts";

export const AccountViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  provider: ProviderIdSchema,
  /** A built-in emulator of the provider: no network, no cost. */
  practice: z.boolean(),
  apiBase: z.string(),
  defaultRegion: z.string(),
  /** What the form asked beside secrets, by the names of `ProviderInfo.fields`. */
  settings: z.record(z.string(), z.string()),
  /** Where its images are staged unless a publish says otherwise; null: not chosen yet. */
  stagingId: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type AccountView = z.infer<typeof AccountViewSchema>;

/**
 * Secrets travel once, in this call, and rest in the keychain; no view ever shows them. `fields` are those of
 * `ProviderInfo.fields`, secrets among them. Credentials are tested before anything is kept.
 */
export const AccountConnectSchema = z.object({
  name: DisplayNameSchema,
  provider: ProviderIdSchema,
  apiBase: z.url({ protocol: /^https?$/ }).optional(),
  defaultRegion: z.string().min(1).optional(),
  fields: z.record(z.string(), z.string()),
  /** An existing staging storage, a new one that is connected with the account, or none yet. */
  staging: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("existing"), stagingId: z.string() }),
      z.object({ kind: z.literal("new"), connect: StagingConnectSchema }),
      /** OCI: a bucket in the account's own object storage. */
      z.object({ kind: z.literal("own"), bucket: z.string().min(1) }),
    ])
    .nullable()
    .default(null),
});
export type AccountConnect = z.input<typeof AccountConnectSchema>;

/** What an account has used up and has left. A number that the provider does not tell is null. */
export const QuotaSchema = z.object({
  usedBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  freeBytes: z.number().nullable(),
  images: z.number().nullable(),
});
export type Quota = z.infer<typeof QuotaSchema>;

/** A configuration of another tool that was found on this computer. No secret is in it. */
export const FoundConfigSchema = z.object({
  id: z.string(),
  tool: z.enum(["doctl", "cntb", "fybe", "oci", "aws", "rclone", "environment"]),
  provider: ProviderIdSchema.nullable(),
  /** For a storage: it is imported as a staging, not as an account. */
  becomes: z.enum(["account", "staging"]),
  name: z.string(),
  /** Where it was found: a path or names of variables. */
  where: z.string(),
  needsPassphrase: z.boolean(),
  /** What the user adds at the import (its `fields`), because no tool's configuration holds it: a bucket, a folder. */
  asks: z.array(z.object({ name: z.string(), label: z.string(), required: z.boolean() })),
  /** Why it cannot be imported, in words; null: it can. */
  missing: z.string().nullable(),
});
export type FoundConfig = z.infer<typeof FoundConfigSchema>;
