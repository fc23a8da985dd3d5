import { AppError } from "#core/lib/app-error.ts";
import { createFileTree, type TreeFile } from "./filesystem/file-tree.ts";
import { openIso } from "./filesystem/iso/iso-filesystem.ts";
import { readIsoVolume } from "./filesystem/iso/volume-descriptors.ts";
import { identifyFile } from "./identify-file.ts";
import { withPageCache } from "./source/page-cache.ts";
import { openRawDevice } from "./source/raw-device.ts";

/** The files of an ISO, to be copied out of it. */
export interface IsoFile extends AsyncDisposable {
  /** null when there is no such regular file. */
  find(path: string): Promise<TreeFile | null>;
}

/** Throws `bad-input` for what is no ISO, and what `identifyFile` throws. */
export async function openIsoFile(path: string): Promise<IsoFile> {
  if ((await identifyFile(path)).format !== "iso9660") throw notIso(path);
  const device = await openRawDevice(path);
  try {
    const volume = await readIsoVolume(device);
    if (volume === null) throw notIso(path);
    const filesystem = await openIso(withPageCache(device), volume);
    const tree = createFileTree([{ path: "/", filesystem }]);
    return {
      find: (file) => tree.openFile(file),
      [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
    };
  } catch (error) {
    await device[Symbol.asyncDispose]();
    throw error;
  }
}

const notIso = (path: string): AppError => new AppError("bad-input", `${path} is no ISO image`);
