import { u64le } from "#core/image/source/binary.ts";
import { readUpTo, type BlockDevice, type ByteRange } from "#core/image/source/block-device.ts";
import { lvmChecksum } from "./checksum.ts";

/** LVM2's lib/label/label.h and lib/format_text/layout.h: the label is in one of the first four sectors. */
const sectorBytes = 512;
const labelSectors = 4;
/** vgextend makes at most two metadata areas and one data area; more is nonsense. */
const maxAreas = 16;

/** The header of a physical volume (PV). */
export interface PhysicalVolumeLabel {
  /** 32 letters, grouped with dashes as `pvs` shows them. */
  readonly uuid: string;
  readonly sizeBytes: number;
  readonly metadataAreas: readonly ByteRange[];
}

/** null where there is no label, or none whose checksum is right. */
export async function readPhysicalVolumeLabel(device: BlockDevice): Promise<PhysicalVolumeLabel | null> {
  const head = await readUpTo(device, 0, labelSectors * sectorBytes);
  for (let at = 0; at + sectorBytes <= head.length; at += sectorBytes) {
    const found = parseLabel(head.subarray(at, at + sectorBytes), at / sectorBytes);
    if (found !== null) return found;
  }
  return null;
}

export function parseLabel(sector: Buffer, sectorNumber: number): PhysicalVolumeLabel | null {
  if (sector.toString("latin1", 0, 8) !== "LABELONE" || sector.toString("latin1", 24, 32) !== "LVM2 001")
    return null;
  if (u64le(sector, 8) !== sectorNumber || lvmChecksum(sector.subarray(20)) !== sector.readUInt32LE(16))
    return null;
  const start = sector.readUInt32LE(20);
  if (start < 32 || start + 40 + 32 > sector.length) return null;
  const uuid = groupUuid(sector.toString("latin1", start, start + 32));
  const afterData = endOfList(sector, start + 40);
  if (afterData === null) return null;
  const metadataAreas = areasAt(sector, afterData);
  return { uuid, sizeBytes: u64le(sector, start + 32), metadataAreas };
}

/** Lists of offset u64 and size u64 end with an offset of 0. */
function areasAt(sector: Buffer, start: number): ByteRange[] {
  const areas: ByteRange[] = [];
  for (let at = start; at + 16 <= sector.length && areas.length < maxAreas; at += 16) {
    const offsetBytes = u64le(sector, at);
    if (offsetBytes === 0) break;
    areas.push({ offsetBytes, lengthBytes: u64le(sector, at + 8) });
  }
  return areas;
}

function endOfList(sector: Buffer, start: number): number | null {
  for (let at = start; at + 16 <= sector.length; at += 16) if (u64le(sector, at) === 0) return at + 16;
  return null;
}

/** `pvs` groups the letters 6-4-4-4-4-4-6. */
export const groupUuid = (id: string): string =>
  [0, 6, 10, 14, 18, 22, 26].map((from, index, all) => id.slice(from, all[index + 1])).join("-");
