import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { readBeginning } from "#providers/emulation/fetch-image.ts";
import { formatOf, headerBytes } from "#providers/emulation/image-header.ts";
import { ImportFailure } from "#providers/emulation/import-failure.ts";
import type { IntakeRules } from "#providers/emulation/intake-rules.ts";
import { takeImage } from "#providers/emulation/intake.ts";
import type { EmulatorState, StoredImage } from "./emulator-state.ts";

/** "Using Custom Images": iso or qcow2 by content, no qcow2.gz, at most 100 GB. */
export const documentedIntake: Omit<IntakeRules, "from" | "timeoutMs"> = {
  sendsHead: true,
  formats: ["qcow2", "iso"],
  gunzips: false,
  sizeLimitBytes: 100e9,
};

/** Time to look at what an address gives before the request for an import is answered. */
const probeLimitMs = 5_000;

/**
 * What the address gives, by its first bytes: `other` is answered with 415. An address that cannot be read counts
 * as the kind that its import will prove wrong.
 */
export async function probe(url: string, rules: IntakeRules): Promise<"iso" | "qcow2" | "other"> {
  const signal = AbortSignal.timeout(probeLimitMs);
  const header = Buffer.alloc(headerBytes);
  try {
    header.set(await readBeginning(url, headerBytes, { rules }, signal));
  } catch {
    return "qcow2";
  }
  try {
    const format = formatOf(header);
    return format === "iso" || format === "qcow2" ? format : "other";
  } catch {
    return "other";
  }
}

export interface ImportDeps {
  readonly state: EmulatorState;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly rules: IntakeRules;
  readonly paceMs: number;
  readonly fault: ImportFault | null;
}

/**
 * One import: Pending -> Downloading -> Downloaded, or Error with a message. When the signal aborts, the image
 * stays as it is and the next start of the emulator begins the import again.
 */
export async function importImage(image: StoredImage, deps: ImportDeps, signal: AbortSignal): Promise<void> {
  const { state, clock, rules, processes, fault } = deps;
  const become = async (status: string, change: Partial<StoredImage> = {}): Promise<void> => {
    Object.assign(image, change, { status, changedAt: clock.nowIso() });
    await state.save();
  };
  const freeBytes = state.quotaBytes - state.usedBytes;
  try {
    await clock.sleep(deps.paceMs, signal);
    await become(fault?.kind === "odd-status" ? fault.status : "Downloading");
    const task = {
      url: image.url,
      folder: state.folderOf(image.imageId),
      rules,
      processes,
      fault,
      onProgress: (doneBytes: number, totalBytes: number | null): void => {
        image.uploadedBytes = doneBytes;
        image.sizeBytes = Math.max(totalBytes ?? 0, doneBytes);
      },
      admit: (sizeBytes: number): void => {
        if (sizeBytes > freeBytes) throw new ImportFailure("Not enough free space for custom images.");
      },
    };
    const content = await takeImage(task, signal);
    await clock.sleep(deps.paceMs, signal);
    const { fileBytes } = content;
    await become("Downloaded", {
      content,
      format: content.format === "iso" ? "iso" : "qcow2",
      sizeBytes: fileBytes,
      uploadedBytes: fileBytes,
    });
  } catch (error) {
    if (signal.aborted) return;
    const errorMessage = error instanceof ImportFailure ? error.message : "Internal error while downloading.";
    await become("Error", { errorMessage, uploadedBytes: 0 });
  }
}
