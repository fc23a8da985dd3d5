import type { StagingItem } from "#contract/staging.ts";
import type { StagingStore } from "#staging/staging-store.ts";

/** Everything that Goldsmith puts into a storage has a key that begins so. */
export const ourPrefix = "goldsmith/";

/** What lies in a storage under our prefix, finished or not. Looks at the storage itself. */
export async function listOurs(
  stagingId: string,
  storage: StagingStore,
  signal: AbortSignal,
): Promise<StagingItem[]> {
  const objects = await storage.list(ourPrefix, signal);
  const uploads = await storage.pendingUploads(ourPrefix, signal);
  const unknown = { stagingId, jobIds: [], keptUntil: null, exposed: false };
  return [
    ...objects.map(({ key, sizeBytes, createdAtIso }) => ({
      ...unknown,
      key,
      kind: "object" as const,
      sizeBytes,
      createdAt: createdAtIso,
    })),
    ...uploads.map(({ key, createdAtIso }) => ({
      ...unknown,
      key,
      kind: "unfinished-upload" as const,
      sizeBytes: null,
      createdAt: createdAtIso,
    })),
  ];
}
