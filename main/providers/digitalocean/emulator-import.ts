import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { ImportFailure } from "#providers/emulation/import-failure.ts";
import type { IntakeRules } from "#providers/emulation/intake-rules.ts";
import { takeImage } from "#providers/emulation/intake.ts";
import type { EmulatorState, StoredImage } from "./emulator-state.ts";

/** "Custom Images Limits": HEAD, formats, gzip, "less than 100 GB" after decompression. */
export const documentedIntake: Omit<IntakeRules, "from" | "timeoutMs"> = {
  sendsHead: true,
  formats: ["raw", "qcow2", "vhdx", "vdi", "vmdk"],
  gunzips: true,
  sizeLimitBytes: 100e9,
};

export interface ImportDeps {
  readonly state: EmulatorState;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly rules: IntakeRules;
  readonly paceMs: number;
  readonly fault: ImportFault | null;
}

/**
 * One import: NEW -> pending -> available, or deleted with an error message. When the signal aborts, the
 * image stays as it is and the next start of the emulator begins the import again.
 */
export async function importImage(image: StoredImage, deps: ImportDeps, signal: AbortSignal): Promise<void> {
  const { state, clock, rules, processes, fault } = deps;
  const folder = state.folderOf(image.id);
  try {
    await clock.sleep(deps.paceMs, signal);
    image.status = fault?.kind === "odd-status" ? fault.status : "pending";
    await state.save();
    const content = await takeImage({ url: image.url, folder, rules, processes, fault }, signal);
    await clock.sleep(deps.paceMs, signal);
    image.content = content;
    image.status = "available";
    await state.save();
  } catch (error) {
    if (signal.aborted) return;
    image.status = "deleted";
    image.errorMessage =
      error instanceof ImportFailure
        ? error.message
        : "The image could not be imported because of an internal error.";
    await state.save();
  }
}
