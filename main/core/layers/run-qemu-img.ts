import { AppError } from "#core/lib/app-error.ts";
import type { Processes, RunResult } from "#ports/processes.ts";

/**
 * `qemu-img` with its failures in words. Throws `tool-missing`, `disk-full`, `image-in-use`, `tool-failed`,
 * `cancelled`. `onFraction` needs `-p` in the call.
 */
export async function runQemuImg(
  processes: Processes,
  call: readonly string[],
  options: { signal?: AbortSignal; onFraction?: (fraction: number) => void } = {},
): Promise<RunResult> {
  const { signal, onFraction } = options;
  try {
    return await processes.run(["qemu-img", ...call], {
      inheritEnvironment: false,
      ...(signal === undefined ? {} : { signal }),
      onStdout: (text) => {
        const last = [...text.matchAll(/\((\d+\.\d+)\/100%\)/g)].at(-1)?.[1];
        if (last !== undefined) onFraction?.(Math.min(1, Number(last) / 100));
      },
    });
  } catch (error) {
    throw inWords(AppError.from(error));
  }
}

function inWords(error: AppError): AppError {
  const { details } = error;
  const cause = { details, cause: error };
  if (error.code === "tool-missing") {
    return new AppError("tool-missing", "qemu-img is not installed", {
      hint: "Run `goldsmith setup` to install it.",
      ...cause,
    });
  }
  const stderr = typeof details["stderr"] === "string" ? details["stderr"] : "";
  if (/no space left on device|quota exceeded/i.test(stderr)) {
    return new AppError("disk-full", "There is no room for the machine's disk", { retry: "now", ...cause });
  }
  if (/failed to get .*lock/i.test(stderr)) {
    return new AppError("image-in-use", "Another QEMU has one of the disk's files open", {
      hint: "Power off the machine or end the program that uses it, then try again.",
      retry: "now",
      ...cause,
    });
  }
  return error;
}
