import { AppError } from "#core/lib/app-error.ts";
import { assertPublic } from "../assert-public.ts";
import type { PendingUpload, StagingStore, StagingUpload } from "../staging-store.ts";
import type { TransferGate } from "../transfer-gate.ts";
import { fillUrlTemplate } from "../url-template.ts";
import type { FileArea } from "./file-area.ts";
import { listKeys } from "./list-keys.ts";
import { assertPathKey, newUploadId, parentsOf, partKey, readPartKey } from "./part-key.ts";
import { putFile } from "./put-file.ts";

export interface FileStoreOptions {
  readonly gate: TransferGate;
  /** Runs one call in the folder, opened for it and closed after; tries again, and words what fails. */
  readonly inArea: <T>(signal: AbortSignal, work: (area: FileArea) => Promise<T>) => Promise<T>;
  /** null: nobody reads the folder by HTTP. */
  readonly publicUrlTemplate: string | null;
  /** What makes a file readable by its address when it is not. */
  readonly publicHint: string;
}

/** A staging store that is a folder: a key is a path in it, an unfinished upload a file beside it. */
export function createFileStore(options: FileStoreOptions): StagingStore {
  const { gate, inArea, publicUrlTemplate, publicHint } = options;
  const urlOf = (key: string): string | null =>
    publicUrlTemplate === null ? null : fillUrlTemplate(publicUrlTemplate, key);
  const assertServed = async (key: string, sizeBytes: number, signal: AbortSignal): Promise<void> => {
    const url = urlOf(key);
    if (url !== null) await assertPublic(url, { sizeBytes, hint: publicHint }, signal);
  };
  return {
    // A web server often runs as the user whose files these are: no mode would keep it from reading them.
    hides: false,
    locate: null,
    probe: (signal) =>
      inArea(signal, async (area) => {
        // An unfinished upload by its name, so that one which a crash leaves behind is found and removed.
        const name = partKey("goldsmith-probe", newUploadId());
        const writer = await area.openPart(name, { fromByte: 0, onTaken: () => {} });
        await writer.close();
        await area.removeFile(name);
      }),
    upload: async (args) => {
      assertPathKey(args.key);
      const { sizeBytes } = args;
      // When the connection breaks the next try goes on with what this one began.
      let { resume } = args;
      const onUploadId = async (uploadId: string): Promise<void> => {
        await args.onUploadId(uploadId);
        resume = { uploadId };
      };
      const onProgress = neverBack(args.onProgress);
      return inArea(args.signal, async (area) => {
        const sha256 = await putFile(area, { ...args, resume, onUploadId, onProgress }, gate);
        if (args.access !== "private") await assertServed(args.key, sizeBytes, args.signal);
        return { sizeBytes, sha256, publicUrl: urlOf(args.key), location: `${area.root}/${args.key}` };
      });
    },
    expose: (key, sizeBytes, signal) =>
      inArea(signal, async (area) => {
        assertPathKey(key);
        if ((await area.stat(key))?.sizeBytes !== sizeBytes) {
          throw new AppError("staging-failed", `${area.root} does not hold ${key} as it was put there`, {
            hint: "Somebody else may have changed or removed it. Publish again.",
          });
        }
        await assertServed(key, sizeBytes, signal);
        return urlOf(key);
      }),
    conceal: async (_key, signal) => signal.throwIfAborted(),
    signedLink: null,
    remove: (key, signal) =>
      inArea(signal, async (area) => {
        assertPathKey(key);
        await removeWithFolders(area, key);
      }),
    abortUploads: (prefix, signal) =>
      inArea(signal, async (area) => {
        for (const { key, uploadId } of await pendingIn(area, prefix)) {
          await removeWithFolders(area, partKey(key, uploadId));
        }
      }),
    list: (prefix, signal) =>
      inArea(signal, async (area) =>
        (await listKeys(area, prefix))
          .filter(({ path }) => readPartKey(path) === null)
          .map(({ path, ...rest }) => ({ key: path, ...rest })),
      ),
    pendingUploads: (prefix, signal) => inArea(signal, (area) => pendingIn(area, prefix)),
  };
}

/** All unfinished uploads of keys that start with the prefix. */
async function pendingIn(area: FileArea, prefix: string): Promise<PendingUpload[]> {
  return (await listKeys(area, prefix)).flatMap(({ path, createdAtIso }) => {
    const part = readPartKey(path);
    return part?.key.startsWith(prefix) === true ? [{ ...part, createdAtIso }] : [];
  });
}

/** With the folders that are empty then, so that nothing of ours is left. */
async function removeWithFolders(area: FileArea, path: string): Promise<void> {
  await area.removeFile(path);
  for (const folder of parentsOf(path).toReversed()) {
    if (!(await area.removeFolder(folder))) return;
  }
}

/** Another try begins to count anew; what is shown does not. */
function neverBack(report: StagingUpload["onProgress"]): StagingUpload["onProgress"] {
  let mostBytes = -1;
  return (doneBytes, totalBytes) => {
    if (doneBytes <= mostBytes) return;
    mostBytes = doneBytes;
    report(doneBytes, totalBytes);
  };
}
