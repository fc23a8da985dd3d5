import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Processes } from "#ports/processes.ts";
import { acceptContent } from "./accept-content.ts";
import type { ImportFault } from "./faults.ts";
import { fetchImage, type FetchTask } from "./fetch-image.ts";
import { ImportFailure } from "./import-failure.ts";

/** What was taken in; `file` lies in the image's folder. */
export const TakenSchema = z.object({
  file: z.string(),
  format: z.string(),
  fileBytes: z.number(),
  virtualBytes: z.number(),
  /** Of the bytes as they were fetched. */
  sha256: z.string(),
});
export type Taken = z.infer<typeof TakenSchema>;

export interface IntakeTask extends FetchTask {
  readonly url: string;
  /** Belongs to this image alone; is removed when the intake does not succeed. */
  readonly folder: string;
  readonly processes: Processes;
  readonly fault: ImportFault | null;
}

/**
 * Fetches an image and judges it by its content. Throws ImportFailure, whose message is what the account
 * would show; or, when the signal aborts, whatever was interrupted (ask the signal).
 */
export async function takeImage(task: IntakeTask, signal: AbortSignal): Promise<Taken> {
  const { folder, rules, processes } = task;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(rules.timeoutMs)]);
  try {
    await obey(task.fault, limited);
    await mkdir(folder, { recursive: true });
    const part = join(folder, "download.part");
    const fetched = await fetchImage(task.url, part, task, limited);
    const { format, virtualBytes } = await acceptContent(part, { rules, processes, signal: limited });
    const file = `image.${format}`;
    await rename(part, join(folder, file));
    return { file, format, virtualBytes, ...fetched };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (signal.aborted || error instanceof ImportFailure) throw error;
    throw new ImportFailure(
      limited.aborted
        ? "The import took too long."
        : "The image could not be imported because of an internal error.",
    );
  }
}

async function obey(fault: ImportFault | null, signal: AbortSignal): Promise<void> {
  if (fault === null) return;
  if (fault.kind === "fail") throw new ImportFailure(fault.message);
  if (fault.kind === "vanish") throw new ImportFailure("");
  await new Promise((_, reject) => {
    const stop = (): void => reject(new ImportFailure("The import took too long."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
