import type { Quota } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { sizeText } from "#core/lib/size-text.ts";
import type { ProviderClient } from "#providers/provider.ts";

/**
 * Asks what is left before a byte is sent. Throws `quota-exceeded` when the file does not fit. A provider that
 * tells no numbers, or none now, holds nothing back: the import will tell.
 */
export async function assertRoomThere(
  provider: ProviderClient,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<Quota | null> {
  if (provider.quota === null) return null;
  const quota = await provider.quota(signal);
  const missingBytes = missingRoom(quota, sizeBytes);
  if (missingBytes === 0) return quota;
  const { name } = provider.manifest;
  throw new AppError(
    "quota-exceeded",
    `The ${name} account has ${sizeText(quota.freeBytes ?? 0)} left, and the image takes ${sizeText(sizeBytes)}`,
    {
      hint: `Delete an image there or extend the storage (${sizeText(missingBytes)} are missing), then retry. Nothing was uploaded.`,
      retry: "later",
      details: { ...quota, sizeBytes, missingBytes },
    },
  );
}

/** How many bytes do not fit; 0 also where nothing is told. */
export function missingRoom(quota: Quota | null, sizeBytes: number): number {
  const freeBytes = quota?.freeBytes ?? null;
  return freeBytes === null ? 0 : Math.max(0, sizeBytes - freeBytes);
}
