import type { IdentifiedFile } from "#core/image/identified-file.ts";
import type { Ports } from "#ports/ports.ts";
import type { OpenBlockDevice } from "./block-device.ts";
import { openThroughQemu } from "./qemu-export.ts";
import { openQcow2Device } from "./qcow2/qcow2-device.ts";
import { openRawDevice } from "./raw-device.ts";
import { abortReason } from "./read-budget.ts";
import { assertNotWritten } from "./write-lock.ts";

/**
 * Raw disks, ISOs and qcow2 are read straight from the file, all else through QEMU's block layer. Throws
 * `image-in-use` when a machine writes to it.
 */
export async function openSource(
  image: IdentifiedFile,
  ports: Pick<Ports, "processes" | "directories">,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<OpenBlockDevice> {
  if (options.signal.aborted) throw abortReason(options.signal);
  if (image.format === "iso9660") return openRawDevice(image.path);
  if (image.format !== "raw" && image.format !== "qcow2") return openThroughQemu(image, ports, options);
  await assertNotWritten(image.path);
  return image.format === "raw" ? openRawDevice(image.path) : openQcow2Device(image.path);
}
