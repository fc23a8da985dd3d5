import type { IdentifiedFile } from "#core/image/identified-file.ts";
import type { Ports } from "#ports/ports.ts";
import type { OpenBlockDevice } from "./block-device.ts";
import { openThroughQemu } from "./qemu-export.ts";
import { openRawDevice } from "./raw-device.ts";

/** Raw disks and ISOs are read straight from the file, all else through QEMU's block layer. */
export const openSource = (
  image: IdentifiedFile,
  ports: Pick<Ports, "processes" | "directories">,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<OpenBlockDevice> =>
  image.format === "raw" || image.format === "iso9660"
    ? openRawDevice(image.path)
    : openThroughQemu(image, ports, options);
