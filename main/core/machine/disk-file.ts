import { stat } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import type { Processes } from "#ports/processes.ts";

/** Makes an empty qcow2 disk. Throws `disk-full`, `tool-missing`, `tool-failed`. */
export async function createDisk(processes: Processes, path: string, sizeBytes: number): Promise<void> {
  try {
    await processes.run(["qemu-img", "create", "-q", "-f", "qcow2", path, String(sizeBytes)]);
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code === "tool-missing") {
      throw new AppError("tool-missing", "qemu-img is not installed", {
        hint: "Run `goldsmith setup` to install it.",
        details: wrapped.details,
        cause: error,
      });
    }
    const { stderr } = wrapped.details;
    if (typeof stderr === "string" && /no space left on device|quota exceeded/i.test(stderr)) {
      throw new AppError("disk-full", "There is no room for the machine's disk", {
        retry: "now",
        details: wrapped.details,
        cause: error,
      });
    }
    throw wrapped;
  }
}

/** Bytes that a file occupies on the host; holes count nothing. `st_blocks` counts 512 bytes (stat(2)). */
export async function diskUsedBytes(path: string): Promise<number> {
  const file = await stat(path);
  return process.platform === "win32" ? file.size : file.blocks * 512;
}
