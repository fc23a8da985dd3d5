import type { ImageFormat } from "#contract/facts.ts";
import { AppError } from "#core/lib/app-error.ts";

/** Names of QEMU's block drivers. The driver is always named; QEMU never guesses. */
const drivers: Partial<Record<ImageFormat, string>> = {
  raw: "raw",
  qcow2: "qcow2",
  vhdx: "vhdx",
  vhd: "vpc",
  vdi: "vdi",
  vmdk: "vmdk",
};

/**
 * A read-only block node in QEMU's JSON form, for programs that take a file name: explicit driver, no backing
 * file whatever the header says. JSON needs no escaping of commas, so every path is safe in it.
 */
export function blockNode(path: string, format: ImageFormat): string {
  const driver = drivers[format];
  if (driver === undefined) throw new AppError("internal", `QEMU has no driver for ${format}`);
  return `json:${JSON.stringify({
    driver,
    "read-only": true,
    file: { driver: "file", filename: path, "read-only": true },
    ...(driver === "qcow2" ? { backing: null } : {}),
  })}`;
}
