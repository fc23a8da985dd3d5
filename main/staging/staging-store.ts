/** One file to be put into a staging store. */
export interface StagingUpload {
  /**
   * Name of the object; the caller makes it unguessable, because it may become readable by its plain URL. Where
   * the store is a folder, `/` separates folders of it; segments that are empty, `.` or `..` are refused there.
   */
  key: string;
  /** Absolute path of the local file. It must not change while it is uploaded. */
  path: string;
  /** Size that the caller knows the file to have; a different size on disk is refused (`bad-input`). */
  sizeBytes: number;
  /** E.g. `application/octet-stream`. */
  contentType: string;
  /**
   * `private`: readable with the store's keys only, until `expose` or by a signed link. `public` (the default):
   * exposed from the start. A store that cannot hide (`hides: false`) passes over it.
   */
  access?: "private" | "public";
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

/** What is now in the store, proved: every part by its checksum, the whole by its size. */
export interface StagedObject {
  sizeBytes: number;
  /** Hex SHA-256 of the local file as it was read for this upload. */
  sha256: string;
  /**
   * Plain URL that answers HEAD and GET without credentials (DigitalOcean asks HEAD first) while the object is
   * exposed. null: nobody serves this place by HTTP (an operator's share).
   */
  publicUrl: string | null;
  /** Where it lies in the store's own words, for people: `bucket/key`, an absolute path. */
  location: string;
}

/** A link that carries its own right to read one object, for its holder alone. */
export interface SignedLink {
  /** What the provider gets: answers GET, also with a range, without credentials. */
  url: string;
  /** Answers HEAD. In S3 another one than `url`: a signature binds the method, and HEAD of `url` is refused. */
  headUrl: string;
  expiresAtIso: string;
}

/** By what a provider names an object in its own object storage (OCI). */
export interface ObjectLocation {
  kind: "object";
  namespace: string;
  bucket: string;
  object: string;
}

export interface ListedObject {
  key: string;
  sizeBytes: number;
  /** As the store tells it; null where it does not. */
  createdAtIso: string | null;
}

export interface PendingUpload {
  key: string;
  uploadId: string;
  createdAtIso: string | null;
}

/**
 * Where an image is put so that a provider can fetch it. Every call may be made again after it failed or
 * succeeded. Errors are AppErrors: `network` (unreachable), `unauthorized` (keys refused), `staging-failed`
 * (bucket or folder missing, store at fault, content not equal), `quota-exceeded` and `disk-full` (no room there),
 * `permission-denied`, `untrusted-host` (SFTP), `bad-input` (the local file is not what was said or changed
 * meanwhile), `cancelled`. Bytes of an upload leave through the store's `TransferGate`.
 */
export interface StagingStore {
  /**
   * Whether objects can be kept from those who know their plain URL. A folder behind a web server cannot: there
   * the unguessable key is all, and `expose` and `conceal` do nothing.
   */
  readonly hides: boolean;
  /** The smallest call that proves endpoint, keys and bucket or folder. */
  probe(signal: AbortSignal): Promise<void>;
  /**
   * Uploads a file. Replaces an object of the same key. When an answer got lost on the way an unfinished upload
   * of the same key may remain: call `abortUploads` when all is done.
   */
  upload(args: StagingUpload): Promise<StagedObject>;
  /**
   * Makes an object readable by its plain URL and proves it (HEAD without credentials, right size). Answers the
   * URL; null where nobody serves the place by HTTP.
   */
  expose(key: string, sizeBytes: number, signal: AbortSignal): Promise<string | null>;
  /**
   * Ends what `expose` began, and revokes signed links where a store can (S3 cannot: they run out, or end with
   * the object). An object that is not there is no error.
   */
  conceal(key: string, signal: AbortSignal): Promise<void>;
  /** null: this store knows no signed links. They work on private objects. */
  readonly signedLink:
    | ((key: string, options: { expiresInMs: number }, signal: AbortSignal) => Promise<SignedLink>)
    | null;
  /** How the provider whose storage this is finds an object without an address; null: it is nobody's own. */
  readonly locate: ((key: string, signal: AbortSignal) => Promise<ObjectLocation>) | null;
  /** Deletes an object; one that is not there is no error. */
  remove(key: string, signal: AbortSignal): Promise<void>;
  /** Discards the unfinished uploads (and their parts) of every key that starts with `prefix`. */
  abortUploads(prefix: string, signal: AbortSignal): Promise<void>;
  /** All objects whose key starts with `prefix`, in key order. */
  list(prefix: string, signal: AbortSignal): Promise<ListedObject[]>;
  /** All unfinished uploads whose key starts with `prefix`. */
  pendingUploads(prefix: string, signal: AbortSignal): Promise<PendingUpload[]>;
}
