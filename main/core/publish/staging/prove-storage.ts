import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { checkLink } from "#core/publish/link-check.ts";
import { isLinkRefused } from "#core/publish/link-step.ts";
import type { Ports } from "#ports/ports.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { emptyPlace } from "./empty-place.ts";
import { ourPrefix } from "./staging-items.ts";

const linkLifeMs = 5 * 60_000;

/**
 * Puts a small object on a storage, reads it as a provider would, and removes it: what a publish needs, learnt before
 * one begins. Throws what the store says.
 */
export async function proveStorage(store: StagingStore, ports: Ports, signal: AbortSignal): Promise<void> {
  await store.probe(signal);
  const folder = await mkdtemp(join(ports.directories.cache, "probe-"));
  const path = join(folder, "probe");
  const bytes = randomBytes(1024);
  const file = { path, sizeBytes: bytes.length };
  const prefix = `${ourPrefix}probe-${randomBytes(8).toString("hex")}/`;
  const key = `${prefix}probe.bin`;
  try {
    await writeFile(path, bytes);
    await store.upload({
      ...file,
      key,
      contentType: "application/octet-stream",
      access: "private",
      resume: null,
      onUploadId: async () => {},
      onProgress: () => {},
      signal,
    });
    await readBack(store, key, file, ports, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await emptyPlace(store, { key, prefix }).catch((error: unknown) => {
      ports.log.warn("a probe could not be removed", { key, error: String(error) });
    });
  }
}

async function readBack(
  store: StagingStore,
  key: string,
  file: { path: string; sizeBytes: number },
  { clock }: Ports,
  signal: AbortSignal,
): Promise<void> {
  if (store.signedLink !== null) {
    const link = await store.signedLink(key, { expiresInMs: linkLifeMs }, signal).catch((error: unknown) => {
      // Without the right to make links an account can still import from its own object storage.
      if (store.locate !== null && isLinkRefused(error)) return null;
      throw AppError.from(error);
    });
    if (link !== null) return checkLink(link, file, clock, signal);
  }
  const url = await store.expose(key, file.sizeBytes, signal);
  if (url !== null) return checkLink({ url, headUrl: url }, file, clock, signal);
  const found = await store.list(key, signal);
  if (found.some((each) => each.key === key && each.sizeBytes === file.sizeBytes)) return;
  throw new AppError("staging-failed", "What was put on the storage is not there", { retry: "now" });
}
