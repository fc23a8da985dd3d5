import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { PendingUpload, StagingStore } from "../staging-store.ts";
import { openGate, type TransferGate } from "../transfer-gate.ts";
import { defaultPartBytes } from "../upload/plan-parts.ts";
import type { RetryOptions } from "../upload/with-retry.ts";
import { openBucket, type Bucket } from "./bucket.ts";
import { createLink, removeLinks } from "./links.ts";
import { connectObjectStorage } from "./object-storage.ts";
import { allObjects, allPages } from "./pages.ts";
import { isMissing } from "./refusal.ts";
import type { RequestSigner } from "./request-signer.ts";
import { stagingError } from "./staging-error.ts";
import { uploadFile } from "./upload-file.ts";

export interface OciStoreOptions {
  /** Of the object storage of a region, e.g. `https://objectstorage.eu-frankfurt-1.oraclecloud.com`. */
  endpoint: string;
  bucket: string;
  signer: RequestSigner;
  /** Default: nobody limits. */
  gate?: TransferGate;
  /** Size of a part; larger where the file would need more than 10,000. Default 8 MiB. */
  partBytes?: number;
  /** Parts that travel at once. Default 4. */
  parallel?: number;
  retry?: RetryOptions;
}

/** A bucket of Oracle's Object Storage. Its objects are never public; `publicUrl` is null. */
export interface OciStore extends StagingStore {
  readonly locate: NonNullable<StagingStore["locate"]>;
}

const defaultRetry: RetryOptions = { attempts: 5, firstDelayMs: 500 };
const UploadsSchema = z.array(
  z.object({ object: z.string(), uploadId: z.string(), timeCreated: z.string().nullish() }),
);

/** Opens connections only while it is used; there is nothing to close. */
export function createOciStore(options: OciStoreOptions): OciStore {
  const { endpoint, signer, gate = openGate, parallel = 4, partBytes = defaultPartBytes } = options;
  const exchange = connectObjectStorage(endpoint, signer, parallel + 2);
  const bucket = openBucket(options.bucket, exchange, options.retry ?? defaultRetry, gate);
  const worded = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
      throw stagingError(error, options);
    }
  };
  return {
    hides: true,
    locate: (key, signal) =>
      worded(signal, async () => ({
        kind: "object",
        namespace: await bucket.namespace(signal),
        bucket: bucket.name,
        object: key,
      })),
    probe: (signal) =>
      worded(signal, async () => {
        const path = await bucket.path(signal, "o");
        await bucket.ask({ method: "GET", path, query: { limit: "1" }, signal });
      }),
    upload: (args) =>
      worded(args.signal, async () => {
        const sha256 = await uploadFile({ bucket, gate, parallel, partBytes }, args);
        await assertSize(bucket, args.key, args.sizeBytes, args.signal);
        const location = `${bucket.name}/${args.key}`;
        return { sizeBytes: args.sizeBytes, sha256, publicUrl: null, location };
      }),
    expose: (key, sizeBytes, signal) =>
      worded(signal, async () => {
        await assertSize(bucket, key, sizeBytes, signal);
        return null;
      }),
    conceal: (key, signal) => worded(signal, () => removeLinks(bucket, key, signal)),
    signedLink: (key, { expiresInMs }, signal) =>
      worded(signal, () => createLink(bucket, endpoint, { key, expiresInMs, nowMs: Date.now() }, signal)),
    remove: (key, signal) =>
      worded(signal, async () => {
        await removeLinks(bucket, key, signal);
        await quietly(bucket.ask({ method: "DELETE", path: await bucket.path(signal, "o", key), signal }));
      }),
    abortUploads: (prefix, signal) =>
      worded(signal, async () => {
        for (const { key, uploadId } of await pendingUploads(bucket, prefix, signal)) {
          const path = await bucket.path(signal, "u", key);
          await quietly(bucket.ask({ method: "DELETE", path, query: { uploadId }, signal }));
        }
      }),
    list: (prefix, signal) =>
      worded(signal, async () =>
        (await allObjects(bucket, prefix, signal)).map(({ name, size, timeCreated }) => ({
          key: name,
          sizeBytes: size ?? 0,
          createdAtIso: timeCreated ?? null,
        })),
      ),
    pendingUploads: (prefix, signal) => worded(signal, () => pendingUploads(bucket, prefix, signal)),
  };
}

async function assertSize(
  bucket: Bucket,
  key: string,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const { headers } = await bucket.ask({ method: "HEAD", path: await bucket.path(signal, "o", key), signal });
  const storedBytes = headers["content-length"];
  if (Number(storedBytes) === sizeBytes) return;
  throw new AppError(
    "staging-failed",
    `The object storage holds ${storedBytes ?? "an unknown number of"} bytes of ${key}, not ${sizeBytes}`,
    { hint: "Retry. If it happens again, report it to Oracle.", retry: "now" },
  );
}

/** The list of unfinished uploads knows no prefix, so all are read. */
async function pendingUploads(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<PendingUpload[]> {
  const path = await bucket.path(signal, "u");
  const all = await allPages(bucket, { path, reply: UploadsSchema, signal });
  return all
    .filter(({ object }) => object.startsWith(prefix))
    .map(({ object, uploadId, timeCreated }) => ({
      key: object,
      uploadId,
      createdAtIso: timeCreated ?? null,
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

async function quietly(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}
