import { watch, type FSWatcher } from "node:fs";
import type { Log } from "#ports/ports.ts";

/** Several changes that belong together (a temporary file, its renaming) are told once. */
const gatherMs = 50;

/**
 * Tells when something in a folder gets a new name or content, so that what another process does is seen. `matters`
 * picks by file name: a transcript grows all the time and is nobody's news here. Answers how to stop.
 */
export function watchFolder(
  path: string,
  matters: (name: string) => boolean,
  onChange: () => void,
  log: Log,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(path, { persistent: false }, (_event, name) => {
      if (name !== null && !matters(name)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, gatherMs);
    });
    watcher.on("error", () => watcher?.close()); // the folder is gone
  } catch (error) {
    log.warn("A folder cannot be watched; changes by other programs show after a restart", {
      path,
      message: String(error),
    });
  }
  return () => {
    clearTimeout(timer);
    watcher?.close();
  };
}
