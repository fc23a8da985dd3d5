import type { FolderPlace } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createFileStore } from "../files/file-store.ts";
import type { StagingStore } from "../staging-store.ts";
import { openGate, type TransferGate } from "../transfer-gate.ts";
import { openFolder } from "./folder-area.ts";

const publicHint =
  "Check that the web server serves this folder at that address, and that it may read files of the mode 0644.";

/** A folder of this computer or a mounted share. Written whole or not at all, and read back before it counts. */
export function createFolderStore(place: FolderPlace, options: { gate?: TransferGate } = {}): StagingStore {
  return createFileStore({
    publicUrlTemplate: place.publicUrlTemplate,
    publicHint,
    gate: options.gate ?? openGate,
    inArea: async (signal, work) => {
      try {
        signal.throwIfAborted();
        await using area = await openFolder(place.path);
        return await work(area);
      } catch (error) {
        if (signal.aborted) throw new AppError("cancelled", "Cancelled", { cause: error });
        throw folderError(error, place.path);
      }
    },
  });
}

/** The words of a file system, with the folder that they are about. */
function folderError(error: unknown, path: string): AppError {
  const known = AppError.from(error);
  if (error instanceof AppError || known.code !== "internal") return known;
  return new AppError("staging-failed", `The folder ${path} failed: ${known.message}`, {
    cause: error,
    hint: "Is the disk whole and the share still mounted? Retry then: what has arrived is kept.",
    retry: "later",
  });
}
