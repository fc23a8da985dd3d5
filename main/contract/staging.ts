import { z } from "zod";
import { DisplayNameSchema } from "./machine.ts";

const urlTemplate = z.string().nullable().default(null);

/** An S3-compatible store. `bucket` may be Ceph's `tenant:bucket`. */
export const S3PlaceSchema = z.object({
  kind: z.literal("s3"),
  endpoint: z.url({ protocol: /^https?$/ }),
  region: z.string().min(1).default("us-east-1"),
  bucket: z.string().min(3).max(255),
  accessKeyId: z.string().min(1),
  /** Address under which the provider reaches the object; `{key}` is replaced. Default: endpoint/bucket/key. */
  publicUrlTemplate: urlTemplate,
});

/** A bucket in the object storage of a connected OCI account, whose keys it uses. */
export const OciPlaceSchema = z.object({
  kind: z.literal("oci"),
  accountId: z.string(),
  bucket: z.string().min(1).max(256),
});

/** A folder of the user's web server, written by SFTP and read by HTTP. */
export const SftpPlaceSchema = z.object({
  kind: z.literal("sftp"),
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535).default(22),
  username: z.string().min(1),
  /** Absolute, or below the login folder. */
  directory: z.string().min(1),
  /** Address of a file in that folder; `{key}` is replaced. null: nobody fetches by HTTP (an operator's share). */
  publicUrlTemplate: urlTemplate,
  /** `SHA256:…` as ssh-keygen prints it; null until the user has accepted one. */
  hostKeySha256: z.string().nullable().default(null),
  auth: z.enum(["password", "key", "agent"]),
  /** With `key`: path of the private key; its passphrase is a secret. */
  keyPath: z.string().nullable().default(null),
});
export type SftpPlace = z.infer<typeof SftpPlaceSchema>;

/** A local folder or a mounted share (NFS, SMB). */
export const FolderPlaceSchema = z.object({
  kind: z.literal("folder"),
  path: z.string().min(1),
  publicUrlTemplate: urlTemplate,
});
export type FolderPlace = z.infer<typeof FolderPlaceSchema>;

export const StagingPlaceSchema = z.discriminatedUnion("kind", [
  S3PlaceSchema,
  OciPlaceSchema,
  SftpPlaceSchema,
  FolderPlaceSchema,
]);
export type StagingPlace = z.infer<typeof StagingPlaceSchema>;

/** What one staging storage holds of ours, as last looked at. */
export const StagingItemSchema = z.object({
  stagingId: z.string(),
  key: z.string(),
  kind: z.enum(["object", "unfinished-upload"]),
  sizeBytes: z.number().nullable(),
  /** The publishes that still need it; empty: left over. */
  jobIds: z.array(z.string()),
  /** Nothing runs that needs it: it is kept so long for a retry, and removed then. null: not kept like this. */
  keptUntil: z.iso.datetime().nullable().default(null),
  /** Whoever knows its address can read it now: a provider may be fetching it. */
  exposed: z.boolean().default(false),
  createdAt: z.iso.datetime().nullable(),
});
export type StagingItem = z.infer<typeof StagingItemSchema>;

export const StagingViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  practice: z.boolean(),
  place: StagingPlaceSchema,
  createdAt: z.iso.datetime(),
  /** Ours that was found when it was last looked at; null: not looked at yet. */
  seen: z
    .object({ at: z.iso.datetime(), objects: z.number(), unfinished: z.number(), bytes: z.number() })
    .nullable(),
});
export type StagingView = z.infer<typeof StagingViewSchema>;

/** `secret`: S3 secret access key, SFTP password or key passphrase; left out where none is needed. */
export const StagingConnectSchema = z.object({
  name: DisplayNameSchema,
  place: StagingPlaceSchema,
  secret: z.string().min(1).optional(),
});
export type StagingConnect = z.input<typeof StagingConnectSchema>;
