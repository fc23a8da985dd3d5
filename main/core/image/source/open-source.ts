import type { IdentifiedFile } from "#core/image/identified-file.ts";
import type { Ports } from "#ports/ports.ts";
import type { OpenBlockDevice } from "./block-device.ts";
import { openThroughQemu } from "./qemu-export.ts";
import { openQcow2Device } from "./qcow2/qcow2-device.ts";
import { openRawDevice } from "./raw-device.ts";
import { abortReason } from "./read-budget.ts";
import { openVmdkDevice } from "./vmdk/vmdk-device.ts";
import { assertNotWritten } from "./write-lock.ts";

/**
 * Raw disks, ISOs, qcow2 and VMDK are read straight from the file, all else through QEMU's block layer. Throws
 * `image-in-use` when a machine writes to it.
 */
export async function openSource(
  image: IdentifiedFile,
  ports: Pick<Ports, "processes" | "directories">,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<OpenBlockDevice> {
  if (options.signal.aborted) throw abortReason(options.signal);
  switch (image.format) {
    case "iso9660":
      return openRawDevice(image.path);
    case "raw":
      await assertNotWritten(image.path);
      return openRawDevice(image.path);
    case "qcow2":
      await assertNotWritten(image.path);
      return openQcow2Device(image.path);
    case "vmdk":
      await assertNotWritten(image.path);
      return openVmdkDevice(image.path);
    case "vhdx":
    case "vhd":
    case "vdi":
      return openThroughQemu(image, ports, options);
  }
}
