import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ImageView } from "#contract/image.ts";
import type { UnpackProgress } from "#contract/published.ts";
import { compactImage } from "#core/compact/compact-image.ts";
import { gzipImage } from "#core/compact/raw-gzip/gzip-image.ts";
import type { IdentifiedFile } from "#core/image/identified-file.ts";
import { openImage } from "#core/image/open-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { hashFile } from "#core/library/hash-file.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import { createSharedWork, type SharedWork } from "../staging/shared-upload.ts";
import type { Conversion } from "./conversion.ts";

/** A file as it is uploaded. */
export interface PreparedFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Converted copies of library images, in the cache: made once, proved equal, shared by all who need one. */
export interface PreparedFiles {
  provide(
    image: Pick<ImageView, "path">,
    sourceSha256: string,
    options: {
      convert: NonNullable<Conversion>;
      onWait: () => void;
      /** A packed image is unpacked into the cache before its copy is made. */
      onStage: (stage: "unpack" | "make") => void;
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

const endings: Readonly<Record<NonNullable<Conversion>, string>> = {
  "qcow2-zlib": "qcow2",
  "raw-gzip": "img.gz",
};

/** A failed publish may be tried again for so long without converting once more. */
const keepMs = 7 * 24 * 3_600_000;

export function createPreparedFiles(ports: Ports): PreparedFiles {
  const folder = join(ports.directories.cache, "prepared");
  const working = new Map<string, SharedWork>();
  const inTurn = createTurns();
  const pathOf = (sourceSha256: string, convert: NonNullable<Conversion>): string =>
    join(folder, `${sourceSha256}.${endings[convert]}`);
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

  async function make(
    source: IdentifiedFile,
    path: string,
    convert: NonNullable<Conversion>,
    options: { signal: AbortSignal; onProgress: (doneBytes: number, totalBytes: number) => void },
  ): Promise<PreparedFile> {
    const { signal, onProgress } = options;
    if (convert === "raw-gzip") {
      const { fileBytes, sha256 } = await gzipImage(source, path, { ports }, options);
      return { path, sha256, sizeBytes: fileBytes };
    }
    const { fileBytes } = await compactImage(
      source,
      path,
      { ports },
      { signal, onProgress: ({ doneBytes, totalBytes }) => onProgress(doneBytes, totalBytes) },
    );
    return { path, sha256: await hashFile(path, signal, () => {}), sizeBytes: fileBytes };
  }

  return {
    async provide(image, sourceSha256, { convert, onStage, onWait, onProgress, signal }) {
      await mkdir(folder, { recursive: true });
      const path = pathOf(sourceSha256, convert);
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
            const onPacked = ({ doneBytes, totalBytes }: UnpackProgress): void => {
              onStage("unpack");
              report(doneBytes, totalBytes);
            };
            await using opened = await openImage(image.path, { ports }, { signal, onProgress: onPacked });
            onStage("make");
            const done = await make(opened.image, path, convert, { signal, onProgress: report });
            const { sha256, sizeBytes } = done;
            await writeJson(noteOf(path), { version: 1, sha256, sizeBytes });
            made = done;
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
