import type { StagingUpload } from "../staging-store.ts";
import { FileReader, type ReadPart } from "./file-reader.ts";
import type { Part } from "./plan-parts.ts";
import type { UploadProgress } from "./send-body.ts";
import { hashParts, sendParts, type KnownParts, type SentParts } from "./send-parts.ts";

/** What a store does for one upload of several parts, in its own words; each call tries again by itself. */
export interface PartsStore {
  /** Parts that travel at once. */
  readonly parallel: number;
  /** Answers the id of a new upload. */
  begin(): Promise<string>;
  /** What an upload holds already. Rejects with something missing when the store does not know it (any more). */
  knownParts(uploadId: string): Promise<KnownParts>;
  /** Sends one part and proves that it arrived; answers its ETag. */
  sendPart(uploadId: string, part: ReadPart, progress: UploadProgress, signal: AbortSignal): Promise<string>;
  /** Puts the parts together and proves it as far as the answer allows. */
  complete(uploadId: string, sent: SentParts): Promise<void>;
  /**
   * The object under the key, if it has the right size and may be made of so many parts: whether it is made of parts
   * with these MD5s. null: there is none.
   */
  finished(partCount: number): Promise<((md5s: readonly Buffer[]) => boolean) | null>;
  /** Whether an error says that there is no such object or upload. */
  isMissing(error: unknown): boolean;
}

/** Uploads a file of several parts, going on where an earlier attempt stopped. Answers the file's SHA-256. */
export async function uploadParts(
  store: PartsStore,
  args: StagingUpload,
  parts: readonly Part[],
): Promise<string> {
  // Opened before the store is asked, so that a change from here on is noticed.
  await using file = await FileReader.open(args.path, args.sizeBytes);
  if (args.resume !== null) {
    const { uploadId } = args.resume;
    const known = await unlessMissing(store, () => store.knownParts(uploadId));
    if (known !== null) return await transfer(store, args, { file, parts, uploadId, known });
    const sha256 = await alreadyComplete(store, args, parts);
    if (sha256 !== null) return sha256;
  }
  const uploadId = await store.begin();
  await args.onUploadId(uploadId);
  return await transfer(store, args, { file, parts, uploadId, known: new Map() });
}

/** Reads, sends and puts together. */
async function transfer(
  store: PartsStore,
  args: StagingUpload,
  run: { file: FileReader; parts: readonly Part[]; uploadId: string; known: KnownParts },
): Promise<string> {
  const { uploadId, parts } = run;
  const sent = await sendParts({
    args,
    ...run,
    parallel: store.parallel,
    send: (part, progress, signal) => store.sendPart(uploadId, part, progress, signal),
  });
  try {
    await store.complete(uploadId, sent);
  } catch (error) {
    // The answer to a completion may get lost on the way; asked again, the store knows no such upload any more.
    if (!store.isMissing(error)) throw error;
    const isMadeOf = await unlessMissing(store, () => store.finished(parts.length));
    if (isMadeOf?.(sent.md5s) !== true) throw error;
  }
  return sent.sha256;
}

/**
 * An earlier attempt may have been killed right after it completed: then the object is there and is made of the local
 * parts. Answers the file's SHA-256, or null when it must be uploaded.
 */
async function alreadyComplete(
  store: PartsStore,
  args: StagingUpload,
  parts: readonly Part[],
): Promise<string | null> {
  const isMadeOf = await unlessMissing(store, () => store.finished(parts.length));
  if (isMadeOf === null) return null;
  const { md5s, sha256 } = await hashParts(args, parts);
  return isMadeOf(md5s) ? sha256 : null;
}

async function unlessMissing<T>(store: PartsStore, ask: () => Promise<T | null>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (store.isMissing(error)) return null;
    throw error;
  }
}
