import { refused } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import { foreignFormats, type ForeignFormat } from "./foreign.ts";
import type { ContainerFormat, Signatures } from "./image-format.ts";
import { iso9660 } from "./iso9660.ts";
import { qcow2 } from "./qcow2.ts";
import { vdi } from "./vdi.ts";
import { vhd } from "./vhd.ts";
import { vhdx } from "./vhdx.ts";
import { vmdk } from "./vmdk.ts";

const containers: readonly ContainerFormat[] = [qcow2, vhdx, vhd, vdi, vmdk, iso9660];
const headBytes = 36 * 1024;
const tailBytes = 512;

/** What a file is; a raw disk has no signature. */
export type RecognisedFile =
  | { readonly kind: "container"; readonly container: ContainerFormat }
  | { readonly kind: "foreign"; readonly foreign: ForeignFormat; readonly head: Buffer }
  | { readonly kind: "raw" };

/** By signatures alone. Throws `image-refused` when there are two, because programs would disagree. */
export async function recogniseFile(file: FileBytes): Promise<RecognisedFile> {
  const signatures: Signatures = {
    head: await file.read(0, headBytes),
    tail: await file.read(Math.max(0, file.sizeBytes - tailBytes), tailBytes),
  };
  const container = containers.filter((format) => format.matches(signatures));
  const foreign = foreignFormats.filter((format) => format.matches(signatures));
  const names = [...container, ...foreign].map((format) => format.name);
  if (names.length > 0 && disksBegin(signatures, container)) names.push("a partition table");
  if (names.length > 1) {
    throw refused(
      `${file.path} looks like two formats at once: ${names.join(" and ")}`,
      "Different programs would read different disks from it. Convert the source again.",
    );
  }
  const [only] = container;
  const [other] = foreign;
  if (only !== undefined) return { kind: "container", container: only };
  if (other !== undefined) return { kind: "foreign", foreign: other, head: signatures.head };
  return { kind: "raw" };
}

/**
 * Whether the first sector is also a sound MBR. A hybrid ISO has one by design, and a fixed VHD is a raw disk with
 * its footer behind.
 */
function disksBegin({ head }: Signatures, container: readonly ContainerFormat[]): boolean {
  if (container.includes(iso9660) || head.length < 512 || head.readUInt16LE(510) !== 0xaa55) return false;
  if (container.includes(vhd) && head.toString("latin1", 0, 8) !== "conectix") return false;
  let used = 0;
  for (let at = 446; at < 510; at += 16) {
    const status = head.readUInt8(at);
    if (status !== 0 && status !== 0x80) return false;
    if (head.readUInt8(at + 4) !== 0 && head.readUInt32LE(at + 12) !== 0) used++;
  }
  return used > 0;
}
