import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { ProviderClient, RemoteImageState } from "#providers/provider.ts";

export interface FollowTiming {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly timeoutMs: number;
  /** How long the provider may be unreachable or in trouble before following gives up. */
  readonly patienceMs: number;
}

export const defaultFollowTiming: FollowTiming = {
  firstPauseMs: 1_000,
  longestPauseMs: 5_000,
  timeoutMs: 60 * 60_000,
  patienceMs: 5 * 60_000,
};

/**
 * Asks for an image until it is available. Throws `import-failed` when the provider gives it up, `timeout`
 * (which can be retried: following goes on), or what keeps the provider from answering.
 */
export async function followImage(
  provider: ProviderClient,
  providerImageId: string,
  options: {
    clock: Clock;
    timing: FollowTiming;
    signal: AbortSignal;
    onState: (image: RemoteImageState) => void;
  },
): Promise<RemoteImageState> {
  const { clock, timing, signal, onState } = options;
  const { name } = provider.manifest;
  const startedMs = clock.nowMs();
  let heardMs = startedMs;
  let pauseMs = timing.firstPauseMs;
  for (;;) {
    const image = await look(provider, providerImageId, signal).catch((error: unknown) => {
      const failure = AppError.from(error);
      if (failure.retry === "never" || signal.aborted) throw failure;
      if (clock.nowMs() - heardMs > timing.patienceMs) throw failure;
      return null;
    });
    if (image !== null) {
      heardMs = clock.nowMs();
      onState(image);
      if (image.state === "available") return image;
      if (image.state === "error") throw importFailed(name, image);
    }
    if (clock.nowMs() - startedMs > timing.timeoutMs) {
      const minutes = Math.round(timing.timeoutMs / 60_000);
      throw new AppError("timeout", `${name} has not finished the import after ${minutes} minutes`, {
        hint: "Retry to go on waiting, or cancel to remove the image there.",
        retry: "later",
        details: { providerImageId, providerStatus: image?.providerStatus ?? "" },
      });
    }
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 1.5, timing.longestPauseMs);
  }
}

async function look(provider: ProviderClient, id: string, signal: AbortSignal): Promise<RemoteImageState> {
  try {
    return await provider.getImage(id, signal);
  } catch (error) {
    if (AppError.from(error).code !== "not-found") throw error;
    const name = provider.manifest.name;
    throw new AppError("import-failed", `The image is no longer in the ${name} account`, {
      hint: "Somebody deleted it there, or the import failed without a word. Publish it again.",
      details: { providerImageId: id },
      cause: error,
    });
  }
}

function importFailed(provider: string, image: RemoteImageState): AppError {
  const reason = image.errorMessage ?? `it gave no reason (status ${image.providerStatus})`;
  return new AppError("import-failed", `${provider} could not import the image: ${reason}`, {
    hint: "The failed image is removed from the account again. Check the image, then publish it anew.",
    details: {
      providerImageId: image.providerImageId,
      providerStatus: image.providerStatus,
      providerMessage: image.errorMessage,
    },
  });
}
