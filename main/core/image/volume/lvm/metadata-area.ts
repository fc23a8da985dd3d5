import { u64le } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice, type ByteRange } from "#core/image/source/block-device.ts";
import { lvmChecksum } from "./checksum.ts";

/** LVM2's lib/format_text/layout.h: a header of one sector, then a ring of text from there to the area's end. */
const headerBytes = 512;
const magic = " LVM2 x[5A%r0N*>";
const ignoredFlag = 1;
/** An area has 1 MiB unless somebody asked for more; the text of a thousand volumes has about 1 MiB. */
const maxTextBytes = 8 * 1024 ** 2;

export type AreaContent =
  | { readonly kind: "text"; readonly text: Buffer }
  /** Nothing was ever written here, or LVM was told not to use it. */
  | { readonly kind: "empty" }
  | { readonly kind: "damaged"; readonly reason: string };

const damaged = (reason: string): AreaContent => ({ kind: "damaged", reason });

/** The text that was committed last. It may begin near the end of the ring and go on at its start. */
export async function readMetadataArea(device: BlockDevice, area: ByteRange): Promise<AreaContent> {
  const header = await readUpTo(device, area.offsetBytes, headerBytes);
  if (header.length < headerBytes) return damaged("it lies past the end");
  if (header.toString("latin1", 4, 20) !== magic) return damaged("its header is not there");
  if (lvmChecksum(header.subarray(4)) !== header.readUInt32LE(0))
    return damaged("its header's checksum is wrong");
  const areaBytes = u64le(header, 32);
  if (u64le(header, 24) !== area.offsetBytes || areaBytes <= headerBytes)
    return damaged("its header is wrong");
  const offset = u64le(header, 40);
  const size = u64le(header, 48);
  if (offset === 0 || size === 0 || (header.readUInt32LE(60) & ignoredFlag) !== 0) return { kind: "empty" };
  if (offset < headerBytes || offset >= areaBytes || size > Math.min(maxTextBytes, areaBytes - headerBytes))
    return damaged("its text is not inside of it");

  const untilEnd = Math.min(size, areaBytes - offset);
  const first = await readUpTo(device, area.offsetBytes + offset, untilEnd);
  const rest = await readUpTo(device, area.offsetBytes + headerBytes, size - untilEnd);
  const text = Buffer.concat([first, rest]);
  if (text.length !== size) return damaged("its text lies past the end");
  if (lvmChecksum(text) !== header.readUInt32LE(56)) return damaged("its text's checksum is wrong");
  return { kind: "text", text };
}
