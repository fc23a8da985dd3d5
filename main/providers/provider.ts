import type { RemoteStateSchema } from "#contract/account.ts";
import type { ImageFormat } from "#contract/facts.ts";
import type { OsFactsSchema } from "#contract/facts-system.ts";
import type { ProviderId } from "#contract/finding.ts";
import type { z } from "zod";

/**
 * How a built image gets into an account.
 * - `url`: the provider fetches an address (DigitalOcean, Contabo, Fybe; OCI with a pre-authenticated request).
 * - `own-object-storage`: it is put into the provider's own object store first (OCI).
 * - `operator-hand-off`: the operator registers a file; no call of ours can (Hypervisor.io).
 */
export type Ingest = "url" | "own-object-storage" | "operator-hand-off";

/** What an adapter can do. What is not declared here is absent from its client too: `null`, never a throw. */
export interface ProviderCapabilities {
  readonly ingest: readonly Ingest[];
  readonly formats: readonly ImageFormat[];
  /** Compressed wrappers the provider unpacks itself. */
  readonly archives: readonly ("gzip" | "bzip2")[];
  /** The importer sends HEAD before GET, so a link bound to one method (a presigned GET) does not work. */
  readonly fetchSendsHead: boolean;
  readonly deleteImage: boolean;
}

export interface ProviderManifest {
  readonly id: ProviderId;
  readonly name: string;
  /** null where every operator has an address of its own. */
  readonly defaultApiBase: string | null;
  readonly defaultRegion: string | null;
  /** The smallest rights a token needs, in the provider's words. */
  readonly scopes: readonly string[];
  readonly capabilities: ProviderCapabilities;
}

/** An image as the provider tells it. */
export interface RemoteImageState {
  readonly providerImageId: string;
  readonly name: string;
  readonly state: z.infer<typeof RemoteStateSchema>;
  /** The provider's own word, never translated. */
  readonly providerStatus: string;
  readonly errorMessage: string | null;
  readonly regions: readonly string[];
  readonly sizeBytes: number | null;
  readonly createdAt: string | null;
  /** Carries the marker by which a registration is found again after an unclear answer. */
  readonly description: string | null;
}

export interface ImportImageRequest {
  readonly name: string;
  readonly url: string;
  readonly region: string;
  /** What the image holds; the adapter turns it into its provider's own words. null: not known. */
  readonly os: z.infer<typeof OsFactsSchema> | null;
  readonly description: string;
}

/**
 * One account at one provider. Adapters are naive: one call is one request (a list is one per page); time
 * limit, error mapping and retry come from `http/`. All reject with AppError; `unauthorized`,
 * `quota-exceeded`, `not-found`, `provider-refused`, `rate-limited`, `provider-error`, `network`, `timeout`,
 * `protocol` and `cancelled` are those to expect.
 */
export interface ProviderClient {
  readonly manifest: ProviderManifest;
  /** The smallest call that proves the credentials. */
  testCredentials(signal: AbortSignal): Promise<void>;
  /**
   * Registers an image by its address. Not idempotent: when the error's `details.processed` is `unknown`, the
   * caller looks for its marker among `listImages` before it asks again.
   */
  readonly importImage:
    | ((request: ImportImageRequest, signal: AbortSignal) => Promise<RemoteImageState>)
    | null;
  /** Throws `not-found` when there is none. */
  getImage(providerImageId: string, signal: AbortSignal): Promise<RemoteImageState>;
  /** The account's own imported images, all pages. */
  listImages(signal: AbortSignal): Promise<RemoteImageState[]>;
  /** Resolves also when it is gone already. */
  readonly deleteImage: ((providerImageId: string, signal: AbortSignal) => Promise<void>) | null;
}
