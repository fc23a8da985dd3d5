import { AppError } from "#core/lib/app-error.ts";
import type { BlockDevice } from "./block-device.ts";

/**
 * The leash of everything above a device: each read asks whether the caller is still there and whether the
 * image has had its share. A crafted image can make any reader go round in circles; none can do so without
 * reading, so time and work are bounded here, once.
 */
export function withReadBudget(
  device: BlockDevice,
  limits: { signal: AbortSignal; maxReads: number; maxReadBytes: number },
): BlockDevice {
  let reads = 0;
  let readBytes = 0;
  return {
    ...device,
    async read(offsetBytes, lengthBytes) {
      if (limits.signal.aborted) throw abortReason(limits.signal);
      reads++;
      readBytes += lengthBytes;
      if (reads > limits.maxReads || readBytes > limits.maxReadBytes) {
        throw new AppError("image-unreadable", "The image makes its readers go round in circles", {
          hint: "Its filesystem is damaged. Check it with fsck, then try again.",
        });
      }
      return device.read(offsetBytes, lengthBytes);
    },
  };
}

export function abortReason(signal: AbortSignal): AppError {
  const reason: unknown = signal.reason;
  if (reason instanceof AppError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new AppError("timeout", "Reading the image took too long", { cause: reason, retry: "now" });
  }
  return new AppError("cancelled", "Cancelled", { cause: reason });
}
