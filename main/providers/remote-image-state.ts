import type { RemoteImage } from "#contract/remote-image.ts";

/** An image as the provider tells it. */
export interface RemoteImageState extends Pick<
  RemoteImage,
  "providerImageId" | "name" | "state" | "providerStatus" | "errorMessage" | "source" | "progress"
> {
  readonly regions: readonly string[];
  readonly sizeBytes: number | null;
  readonly createdAt: string | null;
  /** Carries the marker by which a registration is found again after an unclear answer. */
  readonly description: string | null;
}
