import { randomBytes } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { ImportImageRequest, ProviderClient, RemoteImageState } from "#providers/provider.ts";

/** A new mark of one registration: it goes into the description, where it can be found again. */
export const newMarker = (): string => `goldsmith-${randomBytes(12).toString("hex")}`;

/** How long a request under way may go on after a cancel: cut off, nobody would know whether it took effect. */
const graceMs = 5_000;
/** An image may appear in the list a moment after it was accepted. */
const looks = 3;
const lookPauseMs = 2_000;

interface Registration {
  readonly request: Omit<ImportImageRequest, "description">;
  readonly marker: string;
  /** An earlier attempt may have registered under this marker already. */
  readonly again: boolean;
  /** Told when it is certain that nothing was registered under the marker. */
  readonly onRefused: () => Promise<void>;
}

/**
 * Registers an image exactly once. The create call is not idempotent, so after an unclear answer, a crash or
 * on a retry the image is looked for by its marker before anything is sent.
 */
export async function registerOnce(
  provider: ProviderClient,
  registration: Registration,
  clock: Clock,
  signal: AbortSignal,
): Promise<RemoteImageState> {
  const { request, marker, again, onRefused } = registration;
  if (provider.importImage === null) {
    throw new AppError("bad-input", `${provider.manifest.name} takes no image from an address`);
  }
  if (again) {
    const known = await findByMarker(provider, marker, signal);
    if (known !== null) return known;
  }
  const description = `Published by Goldsmith (${marker})`;
  try {
    return await provider.importImage({ ...request, description }, abortLater(signal, graceMs));
  } catch (error) {
    const failure = AppError.from(error);
    if (failure.details["processed"] === "no") await onRefused();
    if (failure.details["processed"] === "no" || signal.aborted) throw failure;
    const made = await lookAgain(provider, marker, clock, signal);
    if (made !== null) return made;
    throw failure;
  }
}

/** The image that carries the marker, or null. */
export async function findByMarker(
  provider: ProviderClient,
  marker: string,
  signal: AbortSignal,
): Promise<RemoteImageState | null> {
  const images = await provider.listImages(signal);
  return images.find((image) => image.description?.includes(marker) === true) ?? null;
}

async function lookAgain(
  provider: ProviderClient,
  marker: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<RemoteImageState | null> {
  for (let look = 1; look <= looks; look++) {
    const found = await findByMarker(provider, marker, signal);
    if (found !== null) return found;
    if (look < looks) await clock.sleep(lookPauseMs, signal);
  }
  return null;
}

/** A signal that follows another one after a delay. */
function abortLater(signal: AbortSignal, delayMs: number): AbortSignal {
  const later = new AbortController();
  const follow = (): void => void setTimeout(() => later.abort(signal.reason), delayMs).unref();
  if (signal.aborted) follow();
  else signal.addEventListener("abort", follow, { once: true });
  return later.signal;
}
