import { serialAt } from "#core/image/filesystem/signatures/signature-table.ts";

/** FAT's boot sector: "FAT: General Overview of On-Disk Format", Microsoft, version 1.03. */
export interface FatLayout {
  readonly bits: 12 | 16 | 32;
  readonly sectorBytes: number;
  readonly clusterBytes: number;
  readonly fatStartByte: number;
  readonly fatBytes: number;
  /** FAT12 and FAT16: the fixed root directory. */
  readonly rootStartByte: number;
  readonly rootBytes: number;
  /** FAT32: where the root directory's chain begins. */
  readonly rootCluster: number;
  readonly dataStartByte: number;
  readonly clusters: number;
  /** `1A2B-3C4D`; null where there is none. */
  readonly serial: string | null;
}

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** Names that some programs write; the specification says not to rely on them. */
const names: readonly (readonly [number, string])[] = [
  [0x52, "MSWIN"],
  [0x52, "FAT32   "],
  [0x36, "MSDOS"],
  [0x36, "FAT16   "],
  [0x36, "FAT12   "],
  [0x36, "FAT     "],
];

/** FAT12 and FAT16 end below these counts of clusters. */
const maxClusters = { fat12: 0xff4, fat16: 0xfff4, fat32: 0x0fff_fff6 } as const;

/** null when the sector is not FAT's: there is no sure signature, so every field has to make sense. */
export function parseFatBootSector(sector: Buffer): FatLayout | null {
  if (sector.length < 512) return null;
  const isNamed = names.some(([at, name]) => sector.toString("latin1", at, at + name.length) === name);
  const jump = sector[0];
  const isBootSector = sector.readUInt16LE(510) === 0xaa55 && (jump === 0xeb || jump === 0xe9);
  if (!isNamed && !isBootSector) return null;
  const sectorBytes = sector.readUInt16LE(11);
  const perCluster = sector.readUInt8(13);
  const reserved = sector.readUInt16LE(14);
  const fats = sector.readUInt8(16);
  const rootEntries = sector.readUInt16LE(17);
  const media = sector.readUInt8(21);
  const fatSectors = sector.readUInt16LE(22) || sector.readUInt32LE(36);
  const sectors = sector.readUInt16LE(19) || sector.readUInt32LE(32);
  const sound =
    isPowerOfTwo(sectorBytes) &&
    sectorBytes >= 512 &&
    sectorBytes <= 4096 &&
    isPowerOfTwo(perCluster) &&
    reserved > 0 &&
    fats > 0 &&
    fats <= (isNamed ? 255 : 2) &&
    (media === 0xf0 || media >= 0xf8) &&
    fatSectors > 0 &&
    sectors > 0;
  if (!sound) return null;
  const rootBytes = Math.ceil((rootEntries * 32) / sectorBytes) * sectorBytes;
  const rootStartByte = (reserved + fats * fatSectors) * sectorBytes;
  const dataStartByte = rootStartByte + rootBytes;
  const clusterBytes = sectorBytes * perCluster;
  const clusters = Math.floor((sectors * sectorBytes - dataStartByte) / clusterBytes);
  const isFat32 = sector.readUInt16LE(22) === 0;
  if (clusters < 1 || clusters > (isFat32 ? maxClusters.fat32 : maxClusters.fat16)) return null;
  const bits = isFat32 ? 32 : clusters < 4085 ? 12 : 16;
  // 0x28 and 0x29 say that a serial number follows; on FAT32 it is always there
  const hasSerial = isFat32 || [0x28, 0x29].includes(sector.readUInt8(38));
  return {
    bits,
    sectorBytes,
    clusterBytes,
    fatStartByte: reserved * sectorBytes,
    fatBytes: fatSectors * sectorBytes,
    rootStartByte,
    rootBytes,
    rootCluster: isFat32 ? sector.readUInt32LE(44) : 0,
    dataStartByte,
    clusters,
    serial: hasSerial ? serialAt(sector, isFat32 ? 67 : 39) : null,
  };
}
