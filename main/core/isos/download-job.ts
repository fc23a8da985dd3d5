import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { defineJob, type JobDefinition } from "#core/job/job-context.ts";
import type { Ports } from "#ports/ports.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { downloadFile } from "./download-file.ts";
import { findRelease } from "./find-release.ts";

const InputSchema = z.object({ isoId: z.string() });
const OutputSchema = z.object({ path: z.string(), sha256: z.string(), sizeBytes: z.number() });
const ReleaseSchema = z.object({
  url: z.string(),
  fileName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
  sha256: z.string(),
  sizeBytes: z.number().nullable(),
});

const steps = [
  { name: "find", title: "Ask the project for the newest file and its checksum" },
  { name: "download", title: "Download and verify" },
] as const;

export interface DownloadDeps {
  ports: Ports;
  /** Throws `not-found`. */
  entry: (isoId: string) => CatalogueEntry;
  folder: (isoId: string) => string;
  onProgress: (isoId: string, doneBytes: number, totalBytes: number | null) => void;
  onDone: (isoId: string, file: z.output<typeof OutputSchema>) => Promise<void>;
}

/**
 * Downloads an installer of the catalogue. What is on the disk stays after a cancel, a failure or a crash, and the next
 * download goes on there; `isos.remove` takes it away.
 */
export function createIsoDownloadJob(
  deps: DownloadDeps,
): JobDefinition<typeof InputSchema, typeof OutputSchema> {
  return defineJob({
    kind: "iso-download",
    input: InputSchema,
    output: OutputSchema,
    steps,
    afterCrash: "resume",
    title: ({ isoId }) => `Download ${deps.entry(isoId).title}`,
    subject: ({ isoId }) => ({ isoId }),
    async run(context, { isoId }) {
      const release = await context.step("find", ReleaseSchema, async (reporter, signal) => {
        const entry = deps.entry(isoId);
        reporter.message(new URL(entry.list.url).host);
        return findRelease(entry, signal);
      });
      return context.step("download", OutputSchema, async (reporter, signal) => {
        const folder = deps.folder(isoId);
        await mkdir(folder, { recursive: true });
        const path = join(folder, release.fileName);
        const { sizeBytes } = await downloadFile({
          ...release,
          path,
          signal,
          clock: deps.ports.clock,
          onProgress(done, total) {
            reporter.progress(done, total ?? release.sizeBytes);
            deps.onProgress(isoId, done, total ?? release.sizeBytes);
          },
          onMessage: reporter.message,
        });
        const file = { path, sha256: release.sha256, sizeBytes };
        await deps.onDone(isoId, file);
        return file;
      });
    },
  });
}
