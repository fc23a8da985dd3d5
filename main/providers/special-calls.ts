import type {
  CaptureTypeSchema,
  Compartment,
  CompatibleShape,
  Instance,
  RemoteExportFormat,
} from "#contract/remote-special.ts";
import type { z } from "zod";
import type { RemoteImageState } from "./remote-image-state.ts";

/** What single providers have beside what all can; parts of `ProviderClient`. */

export type ExportDestination =
  /** namespace null: the account's own. */
  | {
      readonly kind: "object";
      readonly namespace: string | null;
      readonly bucket: string;
      readonly object: string;
    }
  /** A pre-authenticated request that may be written to. */
  | { readonly kind: "url"; readonly url: string };

/** Resolves with the id of the provider's work when it is accepted. */
export type ExportImage = (
  imageId: string,
  destination: ExportDestination,
  format: RemoteExportFormat,
  signal: AbortSignal,
) => Promise<string>;

/** The shapes that an image may be launched with. */
export interface ImageShapes {
  list(imageId: string, signal: AbortSignal): Promise<CompatibleShape[]>;
  /** Adds a shape or changes its limits. */
  put(imageId: string, shape: CompatibleShape, signal: AbortSignal): Promise<void>;
  /** Resolves also when the image is not offered for the shape anyway. */
  remove(imageId: string, shape: string, signal: AbortSignal): Promise<void>;
}

export interface Compartments {
  list(signal: AbortSignal): Promise<Compartment[]>;
  /** Afterwards the image is no longer among the account's, unless it is the account's own compartment. */
  move(imageId: string, compartmentId: string, signal: AbortSignal): Promise<void>;
}

export interface CaptureRequest {
  readonly instanceId: string;
  /** At most 255 characters. */
  readonly name: string;
  /** null: as the panel thinks. */
  readonly cloudInit: boolean | null;
  readonly type: z.infer<typeof CaptureTypeSchema> | null;
}

/** The instances of a panel. */
export interface Instances {
  list(signal: AbortSignal): Promise<Instance[]>;
  /** Makes an image of an instance's primary disk; follow it with `getImage`. */
  capture(request: CaptureRequest, signal: AbortSignal): Promise<RemoteImageState>;
  insertIso(
    instanceId: string,
    iso: { url: string; device: "primary" | "secondary" },
    signal: AbortSignal,
  ): Promise<void>;
  ejectIso(instanceId: string, device: "primary" | "secondary", signal: AbortSignal): Promise<void>;
}

/** For an adapter whose provider has none of these. */
export const noSpecialCalls = {
  exportImage: null,
  shapes: null,
  compartments: null,
  instances: null,
} as const;
