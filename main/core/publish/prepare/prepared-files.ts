import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ImageView } from "#contract/image.ts";
import { compactImage } from "#core/compact/compact-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { hashFile } from "#core/library/hash-file.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import { createSharedWork, type SharedWork } from "../staging/shared-upload.ts";

/** A file as it is uploaded. */
export interface PreparedFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Converted copies of library images, in the cache: made once, proved equal, shared by all who need one. */
export interface PreparedFiles {
  provide(
    image: Pick<ImageView, "path" | "format" | "virtualBytes">,
    sourceSha256: string,
    options: {
      onWait: () => void;
      onProgress: (doneBytes: number, totalBytes: number) => void;
      signal: AbortSignal;
    },
  ): Promise<PreparedFile>;
  /** Whether the very file is still there. */
  has(file: PreparedFile): Promise<boolean>;
  /** Removes the copies that nothing has asked for since `keepMs`. */
  prune(): Promise<void>;
}

/** Beside the copy: what it is. Written last, so that a copy without it is not one. */
const NoteSchema = z.object({ version: z.literal(1), sha256: z.string().length(64), sizeBytes: z.number() });

/** A failed publish may be tried again for so long without converting once more. */
const keepMs = 7 * 24 * 3_600_000;

export function createPreparedFiles(ports: Ports): PreparedFiles {
  const folder = join(ports.directories.cache, "prepared");
  const working = new Map<string, SharedWork>();
  const inTurn = createTurns();
  const pathOf = (sourceSha256: string): string => join(folder, `${sourceSha256}.qcow2`);
  const noteOf = (path: string): string => `${path}.json`;

  async function known(path: string): Promise<PreparedFile | null> {
    const note = await readJson(noteOf(path), NoteSchema).catch(() => null);
    if (note === null) return null;
    const sizeBytes = await stat(path).then(
      ({ size }) => size,
      () => null,
    );
    return sizeBytes === note.sizeBytes ? { path, sha256: note.sha256, sizeBytes } : null;
  }

  return {
    async provide(image, sourceSha256, { onWait, onProgress, signal }) {
      await mkdir(folder, { recursive: true });
      const path = pathOf(sourceSha256);
      const shared = working.get(path) ?? createSharedWork();
      working.set(path, shared);
      let made = await known(path);
      await shared.provide({
        isDone: () => made !== null,
        onWait,
        onProgress,
        signal,
        work: (report) =>
          inTurn(async () => {
            made = await known(path); // somebody else may have made it while this one waited
            if (made !== null) return;
            signal.throwIfAborted();
            const onCompact = ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }): void =>
              report(doneBytes, totalBytes);
            const { fileBytes } = await compactImage(
              image,
              path,
              { ports },
              { signal, onProgress: onCompact },
            );
            const sha256 = await hashFile(path, signal, () => {});
            await writeJson(noteOf(path), { version: 1, sha256, sizeBytes: fileBytes });
            made = { path, sha256, sizeBytes: fileBytes };
          }),
      });
      if (made === null) throw new AppError("internal", "The converted copy was not made");
      return made;
    },

    async has({ path, sha256 }) {
      return (await known(path))?.sha256 === sha256;
    },

    async prune() {
      const names = await readdir(folder).catch(() => []);
      for (const name of names) {
        const path = join(folder, name);
        const usedMs = await stat(path).then(
          ({ atimeMs, mtimeMs }) => Math.max(atimeMs, mtimeMs),
          () => null,
        );
        if (usedMs !== null && Date.now() - usedMs > keepMs) await rm(path, { force: true });
      }
    },
  };
}

/** One at a time: a conversion takes all cores by itself. */
function createTurns(): (work: () => Promise<void>) => Promise<void> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = tail.then(work);
    tail = done.catch(() => {});
    return done;
  };
}
