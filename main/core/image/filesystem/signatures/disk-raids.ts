import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { textAt, type Recognition } from "./signature.ts";

/**
 * RAIDs that a mainboard's firmware or an old controller makes of whole disks; their headers are in the last
 * sectors. Formats: libblkid's superblocks/*_raid.c, dmraid. Images have them when a physical machine was copied.
 */
interface DiskRaid {
  readonly type: string;
  /** Whole sectors before the end of the disk. */
  readonly sectorsFromEnd: readonly number[];
  readonly minBytes: number;
  readonly matches: (sector: Buffer) => boolean;
  readonly uuid?: (sector: Buffer) => string | null;
}

const sectorBytes = 512;
const smallest = 64 * 1024;

const raids: readonly DiskRaid[] = [
  {
    type: "ddf_raid_member",
    sectorsFromEnd: [1, 257],
    minBytes: 0x30000,
    matches: (sector) => [sector.readUInt32BE(0), sector.readUInt32LE(0)].includes(0xde11_de11),
    // a GUID of any bytes; udev shows what is no plain character as an underscore
    uuid: (sector) =>
      (sector.toString("latin1", 8, 32).split("\0")[0] ?? "").trimEnd().replace(/[^!-~]/g, "_"),
  },
  {
    type: "isw_raid_member",
    sectorsFromEnd: [2],
    minBytes: smallest,
    matches: (sector) => textAt(sector, 0, "Intel Raid ISM Cfg Sig. "),
  },
  {
    type: "lsi_mega_raid_member",
    sectorsFromEnd: [1],
    minBytes: smallest,
    matches: (sector) => textAt(sector, 0, "$XIDE$"),
  },
  { type: "via_raid_member", sectorsFromEnd: [1], minBytes: smallest, matches: isVia },
  { type: "silicon_medley_raid_member", sectorsFromEnd: [1], minBytes: smallest, matches: isSilicon },
  {
    type: "nvidia_raid_member",
    sectorsFromEnd: [2],
    minBytes: smallest,
    matches: (sector) => textAt(sector, 0, "NVIDIA"),
  },
  {
    type: "promise_fasttrack_raid_member",
    sectorsFromEnd: [63, 255, 256, 16, 399, 591, 675, 735, 911, 974, 991, 951, 3087],
    minBytes: 0x40000,
    matches: (sector) => textAt(sector, 0, "Promise Technology, Inc."),
  },
  {
    type: "hpt45x_raid_member",
    sectorsFromEnd: [11],
    minBytes: smallest,
    matches: (sector) => [0x5a78_16f3, 0x5a78_16fd].includes(sector.readUInt32LE(0)),
  },
  {
    type: "adaptec_raid_member",
    sectorsFromEnd: [1],
    minBytes: smallest,
    matches: (sector) => sector.readUInt32BE(0) === 0x37fc_4d1e && textAt(sector, 256, "DPTM"),
  },
  { type: "jmicron_raid_member", sectorsFromEnd: [1], minBytes: smallest, matches: isJmicron },
];

/** Only for a whole disk: firmware knows no partitions. */
export async function diskRaid(device: BlockDevice): Promise<Recognition | null> {
  const sectors = Math.floor(device.sizeBytes / sectorBytes);
  for (const { type, sectorsFromEnd, minBytes, matches, uuid } of raids) {
    if (device.sizeBytes < minBytes) continue;
    for (const back of sectorsFromEnd) {
      const sector = await readUpTo(device, (sectors - back) * sectorBytes, sectorBytes);
      if (sector.length === sectorBytes && matches(sector))
        return { type, label: null, uuid: uuid?.(sector) ?? null };
    }
  }
  return null;
}

/** The signature is no more than 55 AA: the sum of the first 50 bytes has to be right too. */
function isVia(sector: Buffer): boolean {
  if (sector.readUInt16LE(0) !== 0xaa55 || sector.readUInt8(2) > 2) return false;
  return (sector.subarray(0, 50).reduce((sum, byte) => sum + byte, 0) & 0xff) === sector.readUInt8(50);
}

function isSilicon(sector: Buffer): boolean {
  if (sector.readUInt32LE(0x60) !== 0x2f00_0000 || sector.readUInt8(0x116) >= 8) return false;
  return (-wordSum(sector, 0x13e) & 0xffff) === sector.readUInt16LE(0x13e);
}

function isJmicron(sector: Buffer): boolean {
  return textAt(sector, 0, "JM") && [0, 1].includes(wordSum(sector, 128) & 0xffff);
}

function wordSum(sector: Buffer, bytes: number): number {
  let sum = 0;
  for (let at = 0; at < bytes; at += 2) sum += sector.readUInt16LE(at);
  return sum;
}
