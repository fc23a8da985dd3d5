import { AppError } from "#core/lib/app-error.ts";
import { assertPublic } from "../assert-public.ts";
import type { ListedObject, PendingUpload, StagingStore } from "../staging-store.ts";
import { openGate, type TransferGate } from "../transfer-gate.ts";
import { defaultPartBytes } from "../upload/plan-parts.ts";
import type { RetryOptions } from "../upload/with-retry.ts";
import { setAccess, signLink } from "./object-access.ts";
import { publicUrl } from "./public-url.ts";
import { connect, type Ask, type S3Address } from "./s3-connection.ts";
import { isMissing, stagingError } from "./staging-error.ts";
import { uploadFile } from "./upload-file.ts";

/** Where it is and how it is opened: a `StagingPlace` of kind `s3` with its secret. */
export interface S3Place extends S3Address {
  /** `{key}` is replaced; null: endpoint/bucket/key. */
  publicUrlTemplate: string | null;
}

export interface S3Tuning {
  /** Default: nobody limits. */
  gate?: TransferGate;
  /** Size of a part; larger where the file would need more than 10,000. Default 8 MiB; at least 5 MiB in S3. */
  partBytes?: number;
  /** Parts that travel at once. Default 4. */
  parallel?: number;
  retry?: RetryOptions;
  /** How long a store may be silent before a request is given up. Default two minutes. */
  silenceTimeoutMs?: number;
}

const defaultRetry: RetryOptions = { attempts: 5, firstDelayMs: 500 };
/** An abort can miss parts that are still arriving ("AbortMultipartUpload", S3 API reference), so look again. */
const abortRounds = 3;
const publicHint =
  "Allow public reading of single objects (ACL public-read) in the bucket's settings: the provider fetches the image by its plain URL.";

/** A bucket of an S3-compatible store. Opens connections only while it is used; there is nothing to close. */
export function createS3Store(config: S3Place, tuning: S3Tuning = {}): StagingStore {
  const { bucket } = config;
  const parallel = tuning.parallel ?? 4;
  const partBytes = tuning.partBytes ?? defaultPartBytes;
  const gate = tuning.gate ?? openGate;
  const retry = tuning.retry ?? defaultRetry;
  const ask = connect(config, { ...tuning, retry, gate, socketCount: parallel + 2 });
  const worded = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
      throw stagingError(error, config);
    }
  };
  const abortAll = async (prefix: string, signal: AbortSignal): Promise<void> => {
    for (let round = 0; round < abortRounds; round++) {
      const pending = await pendingUploads(ask, bucket, prefix, signal);
      if (pending.length === 0) return;
      for (const { key, uploadId } of pending) await abortUpload(ask, bucket, key, uploadId, signal);
    }
  };
  const assertReadable = (key: string, sizeBytes: number, signal: AbortSignal): Promise<void> =>
    assertPublic(publicUrl(config, key), { sizeBytes, hint: publicHint }, signal);
  return {
    hides: true,
    locate: null,
    probe: (signal) =>
      worded(signal, async () => {
        await ask(signal, (client, sdk, options) =>
          client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), options),
        );
      }),
    upload: (args) =>
      worded(args.signal, async () => {
        const sha256 = await uploadFile({ ask, bucket, gate, parallel, partBytes }, args);
        await assertSize(ask, bucket, args.key, args.sizeBytes, args.signal);
        if (args.access !== "private") await assertReadable(args.key, args.sizeBytes, args.signal);
        const location = `${bucket}/${args.key}`;
        return { sizeBytes: args.sizeBytes, sha256, publicUrl: publicUrl(config, args.key), location };
      }),
    expose: (key, sizeBytes, signal) =>
      worded(signal, async () => {
        await setAccess(ask, bucket, key, "public-read", signal);
        await assertReadable(key, sizeBytes, signal);
        return publicUrl(config, key);
      }),
    conceal: (key, signal) => worded(signal, () => setAccess(ask, bucket, key, "private", signal)),
    signedLink: (key, { expiresInMs }, signal) =>
      worded(signal, async () => signLink(config, key, expiresInMs, Date.now())),
    remove: (key, signal) =>
      worded(signal, async () => {
        await ask(signal, (client, sdk, options) =>
          client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), options),
        );
      }),
    abortUploads: (prefix, signal) => worded(signal, () => abortAll(prefix, signal)),
    list: (prefix, signal) => worded(signal, () => listObjects(ask, bucket, prefix, signal)),
    pendingUploads: (prefix, signal) => worded(signal, () => pendingUploads(ask, bucket, prefix, signal)),
  };
}

async function assertSize(
  ask: Ask,
  bucket: string,
  key: string,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const head = await ask(signal, (client, sdk, options) =>
    client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), options),
  );
  if (head.ContentLength !== sizeBytes) {
    throw new AppError(
      "staging-failed",
      `The storage holds ${head.ContentLength ?? "an unknown number of"} bytes of ${key}, not ${sizeBytes}`,
      { hint: "Retry. If it happens again, report it to the storage provider.", retry: "now" },
    );
  }
}

async function abortUpload(
  ask: Ask,
  bucket: string,
  key: string,
  uploadId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await ask(signal, (client, sdk, options) =>
      client.send(
        new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }),
        options,
      ),
    );
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function listObjects(
  ask: Ask,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  let token: string | undefined;
  do {
    const page = await ask(signal, (client, sdk, options) =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
        options,
      ),
    );
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      const createdAtIso = LastModified?.toISOString() ?? null;
      if (Key !== undefined) found.push({ key: Key, sizeBytes: Size ?? 0, createdAtIso });
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found;
}

async function pendingUploads(
  ask: Ask,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): Promise<PendingUpload[]> {
  const found: PendingUpload[] = [];
  let marker: { KeyMarker: string; UploadIdMarker: string } | undefined;
  do {
    const page = await ask(signal, (client, sdk, options) =>
      client.send(
        new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marker }),
        options,
      ),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const createdAtIso = Initiated?.toISOString() ?? null;
      // A few stores pass over the prefix here.
      if (Key?.startsWith(prefix) === true && UploadId !== undefined)
        found.push({ key: Key, uploadId: UploadId, createdAtIso });
    }
    const { NextKeyMarker, NextUploadIdMarker } = page;
    marker =
      page.IsTruncated === true && NextKeyMarker !== undefined && NextUploadIdMarker !== undefined
        ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker }
        : undefined;
  } while (marker !== undefined);
  return found;
}
