import type { Quota } from "#contract/account.ts";
import type { ImageFormat } from "#contract/facts.ts";
import type { OsFactsSchema } from "#contract/facts-system.ts";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { LaunchedSchema, LaunchOptions } from "#contract/remote-image.ts";
import type { Clock } from "#ports/ports.ts";
import type { RetryPolicy } from "./http/retry.ts";
import type { RemoteImageState } from "./remote-image-state.ts";
import type { Compartments, ExportImage, ImageShapes, Instances } from "./special-calls.ts";
import type { z } from "zod";

/** What is fixed about a provider; the window gets it as it is. */
export type ProviderManifest = Readonly<ProviderInfo>;

export type { RemoteImageState };

/** Where the provider reads the file from. */
export type ImportSource =
  | { readonly kind: "url"; readonly url: string }
  /** In the provider's own object storage (OCI). */
  | { readonly kind: "object"; readonly namespace: string; readonly bucket: string; readonly object: string };

export interface ImportImageRequest {
  readonly name: string;
  readonly source: ImportSource;
  readonly region: string;
  readonly format: ImageFormat;
  /** What the image can boot with; null: not known. OCI launches it accordingly. */
  readonly firmware: "bios" | "uefi" | null;
  /** What the image holds; the adapter turns it into its provider's own words. null: not known. */
  readonly os: z.infer<typeof OsFactsSchema> | null;
  readonly description: string;
  /** The same for every try at one registration; sent where the provider knows such tokens (OCI). */
  readonly retryToken: string;
}

/** What an adapter may still have to set once the image is available. */
export type FinishImageRequest = Pick<ImportImageRequest, "name" | "firmware" | "os">;

export interface LaunchInstance {
  readonly mode: "create" | "reinstall";
  readonly name: string;
  readonly region: string | null;
  readonly size: string | null;
  readonly keyIds: readonly string[];
  readonly publicKey: string | null;
  readonly userData: string;
  readonly instanceId: string | null;
  readonly network: string | null;
  readonly zone: string | null;
}

/**
 * One account at one provider. Adapters are naive: one call is one request (a list is one per page; a
 * transfer first asks whether it is under way); time
 * limit, error mapping and retry come from `http/`. All reject with AppError; `unauthorized`,
 * `quota-exceeded`, `not-found`, `provider-refused`, `rate-limited`, `provider-error`, `network`, `timeout`,
 * `protocol` and `cancelled` are those to expect. What a manifest does not declare is null here.
 */
export interface ProviderClient {
  readonly manifest: ProviderManifest;
  /** The smallest call that proves the credentials. */
  testCredentials(signal: AbortSignal): Promise<void>;
  /**
   * Registers an image. Not idempotent unless the provider honours `retryToken`: when the error's
   * `details.processed` is `unknown`, the caller looks for its marker among `listImages` before it asks again.
   */
  readonly importImage:
    | ((request: ImportImageRequest, signal: AbortSignal) => Promise<RemoteImageState>)
    | null;
  /** Called once the image is available, and again after a crash: sets what the import could not. Idempotent. */
  readonly finishImage:
    | ((providerImageId: string, request: FinishImageRequest, signal: AbortSignal) => Promise<void>)
    | null;
  /** A panel: the image that the operator made of a file that was handed over; null: none is offered yet. Reads only. */
  readonly findOffered?: (
    handOff: { name: string; fileName: string },
    signal: AbortSignal,
  ) => Promise<RemoteImageState | null>;
  /** Throws `not-found` when there is none. */
  getImage(providerImageId: string, signal: AbortSignal): Promise<RemoteImageState>;
  /** The account's own imported images, all pages. */
  listImages(signal: AbortSignal): Promise<RemoteImageState[]>;
  /** Resolves also when it is gone already. */
  readonly deleteImage: ((providerImageId: string, signal: AbortSignal) => Promise<void>) | null;
  readonly renameImage:
    | ((
        providerImageId: string,
        change: { name: string; description: string | null },
        signal: AbortSignal,
      ) => Promise<void>)
    | null;
  /** Resolves when it is accepted; the region appears in `getImage` when it is there. */
  readonly transferImage:
    | ((providerImageId: string, region: string, signal: AbortSignal) => Promise<void>)
    | null;
  readonly quota: ((signal: AbortSignal) => Promise<Quota>) | null;
  readonly launchOptions: ((providerImageId: string, signal: AbortSignal) => Promise<LaunchOptions>) | null;
  readonly launch:
    | ((
        providerImageId: string,
        request: LaunchInstance,
        signal: AbortSignal,
      ) => Promise<z.infer<typeof LaunchedSchema>>)
    | null;
  readonly exportImage: ExportImage | null;
  readonly shapes: ImageShapes | null;
  readonly compartments: Compartments | null;
  readonly instances: Instances | null;
}

/** How an account is opened: what the connect form asked, secrets and others, by the manifest's field names. */
export interface ProviderAccess {
  readonly apiBase: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What every adapter's `createX(access, options)` takes beside the account. */
export interface ClientOptions {
  readonly clock: Clock;
  /** Of one exchange. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
}

export type CreateClient = (access: ProviderAccess, options: ClientOptions) => ProviderClient;
