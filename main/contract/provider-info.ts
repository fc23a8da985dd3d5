import { z } from "zod";
import { ImageFormatSchema } from "./facts.ts";
import { ProviderIdSchema } from "./finding.ts";

/**
 * How a built image gets into an account.
 * - `url`: the provider fetches an address (DigitalOcean, Contabo, Fybe; OCI with a pre-authenticated request).
 * - `own-object-storage`: it is put into the provider's own object store first (OCI).
 * - `operator-hand-off`: the operator registers a file; no call of ours can (Hypervisor.io).
 */
export const IngestSchema = z.enum(["url", "own-object-storage", "operator-hand-off"]);
export type Ingest = z.infer<typeof IngestSchema>;

/** What an adapter can do. What is not declared here is absent from its client too: `null`, never a throw. */
export const CapabilitiesSchema = z.object({
  ingest: z.array(IngestSchema),
  formats: z.array(ImageFormatSchema),
  /** Compressed wrappers the provider unpacks itself. */
  archives: z.array(z.enum(["gzip", "bzip2"])),
  /** The importer sends HEAD before GET, so a link bound to one method (a presigned GET) does not work. */
  fetchSendsHead: z.boolean(),
  /** A signed or pre-authenticated link is enough: the object need not be readable by everybody. */
  takesSignedLink: z.boolean(),
  deleteImage: z.boolean(),
  renameImage: z.boolean(),
  /** More regions for an image that is there already. */
  transferImage: z.boolean(),
  /** Starts or reinstalls an instance from an image. */
  launch: z.boolean(),
  /** The account tells what is used and what is left. */
  quota: z.boolean(),
  /** OCI: an image back into object storage. */
  exportImage: z.boolean(),
  /** OCI: shapes an image may be launched with can be read and set. */
  shapes: z.boolean(),
  /** OCI: an image can be moved to another compartment. */
  compartments: z.boolean(),
  /** A panel: its instances are listed, become images, and are given an ISO by its address. */
  captureImage: z.boolean(),
  /** The importer tells how far it is. */
  importProgress: z.boolean(),
});
export type Capabilities = z.infer<typeof CapabilitiesSchema>;

/** A field of the form that connects an account. `secret` ones rest in the keychain and are never shown again. */
export const ConnectFieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  hint: z.string().default(""),
  kind: z.enum(["text", "secret", "secret-file", "url", "choice"]),
  required: z.boolean(),
  choices: z.array(z.string()).default([]),
  initial: z.string().default(""),
});
export type ConnectField = z.infer<typeof ConnectFieldSchema>;

/** A provider as the window sees it: put into the state once at start, from the manifests. */
export const ProviderInfoSchema = z.object({
  id: ProviderIdSchema,
  name: z.string(),
  /** null where every operator has an address of its own. */
  defaultApiBase: z.string().nullable(),
  defaultRegion: z.string().nullable(),
  /** Known regions; other words may be typed. */
  regions: z.array(z.string()),
  /** The smallest rights a token needs, in the provider's words. */
  scopes: z.array(z.string()),
  fields: z.array(ConnectFieldSchema),
  capabilities: CapabilitiesSchema,
  /** Per GB and month, as far as it is published; null: nothing is known. `source` names the document. */
  price: z.object({ currency: z.string(), perGbMonth: z.number(), source: z.string() }).nullable(),
});
export type ProviderInfo = z.infer<typeof ProviderInfoSchema>;
