import type { ChainFile } from "./disk-chain.ts";
import { driverName } from "./overlay.ts";

/**
 * A disk and what it builds on as one read-only node in QEMU's JSON form, for programs that take a file name: every
 * driver and every backing file is named, so no header is followed.
 */
export function chainNode(top: string, layers: readonly ChainFile[]): string {
  const files: ChainFile[] = [{ path: top, format: "qcow2" }, ...layers];
  const node = files.reduceRight<object | null>(
    (backing, { path, format }) => ({
      driver: driverName(format),
      "read-only": true,
      file: { driver: "file", filename: path, "read-only": true },
      ...(format === "qcow2" ? { backing } : {}),
    }),
    null,
  );
  return `json:${JSON.stringify(node)}`;
}
