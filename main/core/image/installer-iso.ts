import type { IsoFacts } from "#contract/facts.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readIso } from "./facts/iso.ts";
import { identifyFile } from "./identify-file.ts";
import { withPageCache } from "./source/page-cache.ts";
import { openRawDevice } from "./source/raw-device.ts";
import { withReadBudget } from "./source/read-budget.ts";

const limits = { maxReads: 20_000, maxReadBytes: 256 * 1024 ** 2, timeoutMs: 10_000 };

/**
 * Makes sure that a machine with this firmware can start from the file. Throws `bad-input` for what is no
 * ISO, `not-bootable` for one without a boot image for the firmware, and what `identifyFile` throws.
 */
export async function assertBootableIso(path: string, firmware: "bios" | "uefi"): Promise<IsoFacts> {
  const file = await identifyFile(path);
  if (file.format !== "iso9660") {
    const what = file.format === "raw" ? "no ISO image" : `a disk image (${file.variant}), not an ISO`;
    throw new AppError("bad-input", `${path} is ${what}`, {
      hint: "Choose an installer ISO. A disk image can be checked and compacted, but not booted from the CD drive.",
    });
  }
  await using device = await openRawDevice(path);
  const signal = AbortSignal.timeout(limits.timeoutMs);
  const iso = await readIso(withReadBudget(withPageCache(device), { ...limits, signal }), []);
  if (!iso.bootBios && !iso.bootUefi) {
    throw new AppError("not-bootable", `${path} has no boot image: it is an ISO with data only`, {
      hint: "Choose the ISO of an installer or a live system.",
    });
  }
  if (firmware === "bios" && !iso.bootBios) {
    throw new AppError("not-bootable", `${path} can only be booted by UEFI firmware`, {
      hint: "Give the machine UEFI firmware, or choose an ISO that also boots with BIOS.",
    });
  }
  if (firmware === "uefi" && !iso.bootUefi) {
    throw new AppError("not-bootable", `${path} can only be booted by BIOS firmware`, {
      hint: "Give the machine BIOS firmware, or choose an ISO that also boots with UEFI.",
    });
  }
  return iso;
}
