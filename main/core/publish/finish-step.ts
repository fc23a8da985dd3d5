import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { ProviderClient, RemoteImageState } from "#providers/provider.ts";
import type { FollowTiming } from "./follow-step.ts";

/**
 * Copies an available image into more regions and waits until it tells them all. Regions that it has already are
 * passed over, so it can be done again. Throws `timeout` (which can be retried) or what the provider says.
 */
export async function bringToRegions(
  provider: ProviderClient,
  image: RemoteImageState,
  regions: readonly string[],
  options: {
    clock: Clock;
    timing: FollowTiming;
    signal: AbortSignal;
    onState: (image: RemoteImageState) => void;
  },
): Promise<string[]> {
  const { clock, timing, signal, onState } = options;
  const missing = (seen: RemoteImageState): string[] =>
    regions.filter((each) => !seen.regions.includes(each));
  if (missing(image).length === 0) return [...image.regions];
  const { name } = provider.manifest;
  if (provider.transferImage === null) {
    throw new AppError("bad-input", `${name} copies no image to other regions`, {
      hint: "The image is available in its own region. Publish it once more for another one.",
    });
  }
  for (const region of missing(image)) {
    await provider.transferImage(image.providerImageId, region, signal);
  }
  const startedMs = clock.nowMs();
  let pauseMs = timing.firstPauseMs;
  for (;;) {
    const seen = await provider.getImage(image.providerImageId, signal);
    onState(seen);
    if (missing(seen).length === 0) return [...seen.regions];
    if (clock.nowMs() - startedMs > timing.timeoutMs) {
      throw new AppError("timeout", `${name} has not copied the image to ${missing(seen).join(", ")} yet`, {
        hint: "The image is available elsewhere. Retry to go on waiting.",
        retry: "later",
      });
    }
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 1.5, timing.longestPauseMs);
  }
}
