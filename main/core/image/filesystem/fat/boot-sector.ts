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
  readonly serial: string;
}

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** null when the sector is not FAT's: there is no sure signature, so every field has to make sense. */
export function parseFatBootSector(sector: Buffer): FatLayout | null {
  if (sector.length < 512 || sector.readUInt16LE(510) !== 0xaa55) return null;
  const jump = sector[0];
  if (jump !== 0xeb && jump !== 0xe9) return null;
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
    (fats === 1 || fats === 2) &&
    (media === 0xf0 || media >= 0xf8) &&
    fatSectors > 0 &&
    sectors > 0;
  if (!sound) return null;
  const rootBytes = Math.ceil((rootEntries * 32) / sectorBytes) * sectorBytes;
  const rootStartByte = (reserved + fats * fatSectors) * sectorBytes;
  const dataStartByte = rootStartByte + rootBytes;
  const clusterBytes = sectorBytes * perCluster;
  const clusters = Math.floor((sectors * sectorBytes - dataStartByte) / clusterBytes);
  if (clusters < 1) return null;
  const isFat32 = sector.readUInt16LE(22) === 0;
  const bits = isFat32 ? 32 : clusters < 4085 ? 12 : 16;
  const hex = sector
    .readUInt32LE(isFat32 ? 67 : 39)
    .toString(16)
    .toUpperCase()
    .padStart(8, "0");
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
    serial: `${hex.slice(0, 4)}-${hex.slice(4)}`,
  };
}
