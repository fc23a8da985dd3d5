import type { ImageFormat } from "#contract/facts.ts";
import type { Exchange } from "../emulation/emulator.ts";
import type { ImportFault, RequestFault } from "../emulation/faults.ts";
import type { ClientOptions, ImportSource, LaunchInstance, ProviderClient } from "../provider.ts";

/** One provider under test: its emulator, and clients for it. What an adapter does not declare is null here. */
export interface ProviderHarness {
  /** `stranger`: with credentials that the account does not take. */
  client(options?: { stranger?: true } & Partial<Omit<ClientOptions, "clock">>): ProviderClient;
  /** For the next requests to the API, in order; null lets one through. */
  inject(faults: readonly (RequestFault | null)[]): void;
  /** For every import that begins from now on. */
  injectImport(fault: ImportFault | null): void;
  readonly importing: ImportHarness | null;
  /** Replaces the account's images by so many that are available, or whose status is this word of the provider's. */
  fill(count: number, status?: string): Promise<void>;
  readonly region: string;
  /** To where an image can be transferred. */
  readonly otherRegion: string | null;
  /** Leaves no room for another image. */
  readonly useUpQuota: (() => Promise<void>) | null;
  /** One request for every mode that the launch options name, for an available image. */
  readonly launches: readonly LaunchInstance[];
  /** Has the form of an image's id, but there is no such image. */
  readonly strangeId: string;
  /** Values of secrets: no error and no address may show them. */
  readonly canaries: readonly string[];
  /** Everything that went over the wire so far. */
  exchanges(): readonly Exchange[];
  /** Rejects when what went over the wire was not as the official document wants it. */
  close(): Promise<void>;
}

export interface ImportHarness {
  readonly format: ImageFormat;
  readonly good: ImportSource;
  /** Something that no provider takes. */
  readonly bad: ImportSource;
  /** Breaks off in the middle of its body; null: the provider reads it from a store of its own. */
  readonly cut: ImportSource | null;
  /** The provider knows `retryToken`: the same token again makes no second image. */
  readonly honoursRetryToken: boolean;
}
