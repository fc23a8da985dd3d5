import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import { acceptContent } from "./emulator-content.ts";
import type { EmulatorFaults } from "./emulator-faults.ts";
import { fetchImage, ImportFailure, type FetchRules } from "./emulator-fetch.ts";
import type { EmulatorState, StoredImage } from "./emulator-state.ts";

export interface ImportDeps {
  readonly state: EmulatorState;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly rules: FetchRules;
  /** Pause between the states, so that a follower sees them. */
  readonly paceMs: number;
  readonly timeoutMs: number;
  readonly faults: EmulatorFaults;
}

/**
 * One import: NEW -> pending -> available, or deleted with an error message. When the signal aborts, the
 * image stays as it is and the next start of the emulator begins the import again.
 */
export async function importImage(image: StoredImage, deps: ImportDeps, signal: AbortSignal): Promise<void> {
  const { state, clock } = deps;
  const folder = state.folderOf(image.id);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(deps.timeoutMs)]);
  try {
    await clock.sleep(deps.paceMs, limited);
    image.status = "pending";
    await state.save();
    await obeyFault(image, deps, limited);
    await mkdir(folder, { recursive: true });
    const part = join(folder, "download.part");
    const fetched = await fetchImage(image.url, part, deps.rules, limited);
    const { format, virtualBytes } = await acceptContent(part, deps.processes, limited);
    await clock.sleep(deps.paceMs, limited);
    const file = `image.${format}`;
    await rename(part, join(folder, file));
    image.content = { file, format, virtualBytes, ...fetched };
    image.status = "available";
    await state.save();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (signal.aborted) return;
    image.status = "deleted";
    image.errorMessage = messageOf(error, limited.aborted);
    await state.save();
  }
}

async function obeyFault(image: StoredImage, deps: ImportDeps, signal: AbortSignal): Promise<void> {
  const fault = deps.faults.import?.(image) ?? null;
  if (fault === null) return;
  if (fault.kind === "fail") throw new ImportFailure(fault.message);
  if (fault.kind === "vanish") throw new ImportFailure("");
  await new Promise((_, reject) => {
    const stop = (): void => reject(new ImportFailure("The import took too long."));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

function messageOf(error: unknown, timedOut: boolean): string {
  if (error instanceof ImportFailure) return error.message;
  if (timedOut) return "The import took too long.";
  return "The image could not be imported because of an internal error.";
}
