/** One file to be put into a staging store. */
export interface StagingUpload {
  /** Name of the object; the caller makes it unguessable, because the object is readable by its plain URL. */
  key: string;
  /** Absolute path of the local file. It must not change while it is uploaded. */
  path: string;
  /** Size that the caller knows the file to have; a different size on disk is refused (`bad-input`). */
  sizeBytes: number;
  /** E.g. `application/octet-stream`. */
  contentType: string;
  /**
   * The id that `onUploadId` gave in an earlier attempt at the same key. Parts that the store still has and
   * whose checksum equals the local bytes are kept. An id that the store no longer knows starts afresh.
   */
  resume: { uploadId: string } | null;
  /**
   * Told before the first byte is sent which id a later attempt can resume; the upload waits for it, so the
   * caller can write it down first. Told again only when `resume` was no longer known to the store, and not at
   * all for a file so small that it is sent in one request.
   */
  onUploadId: (uploadId: string) => Promise<void>;
  /** Bytes that the store has confirmed or that are on their way; never more than `totalBytes`. */
  onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Aborting leaves the confirmed parts in the store for `resume`; `abortUploads` removes them. */
  signal: AbortSignal;
}

/** What is now in the store, proved: every part by its MD5, the whole by its size. */
export interface StagedObject {
  sizeBytes: number;
  /** Hex SHA-256 of the local file as it was read for this upload. */
  sha256: string;
  /** Plain URL that answers HEAD and GET without credentials (DigitalOcean asks HEAD first). */
  publicUrl: string;
}

/**
 * Where an image is put so that a provider can fetch it. Every call may be made again after it failed or
 * succeeded. Errors are AppErrors: `network` (unreachable), `unauthorized` (keys refused), `staging-failed`
 * (bucket missing, store at fault, content not equal), `bad-input` (the local file is not what was said or
 * changed meanwhile), `cancelled`.
 */
export interface StagingStore {
  /** The smallest call that proves endpoint, keys and bucket. */
  probe(signal: AbortSignal): Promise<void>;
  /**
   * Uploads a file readable by everybody who knows its URL. Replaces an object of the same key. When an answer
   * got lost on the way an unfinished upload of the same key may remain: call `abortUploads` when all is done.
   */
  upload(args: StagingUpload): Promise<StagedObject>;
  /** Deletes an object; one that is not there is no error. */
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** Discards the unfinished uploads (and their parts) of every key that starts with `prefix`. */
  abortUploads(prefix: string, signal: AbortSignal): Promise<void>;
  /** All objects whose key starts with `prefix`, in key order. */
  list(prefix: string, signal: AbortSignal): Promise<{ key: string; sizeBytes: number }[]>;
  /** All unfinished uploads whose key starts with `prefix`. */
  pendingUploads(prefix: string, signal: AbortSignal): Promise<{ key: string; uploadId: string }[]>;
}
