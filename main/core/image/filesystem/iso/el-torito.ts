import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { isoSectorBytes } from "./volume-descriptors.ts";

/** "El Torito" Bootable CD-ROM Format Specification 1.0; platform 0xEF for EFI comes from the UEFI specification. */
export interface BootEntry {
  readonly platform: "bios" | "uefi" | "other";
  readonly bootable: boolean;
  /** The boot image lies inside the file. */
  readonly present: boolean;
}

const maxCatalogBytes = 4 * isoSectorBytes;

/** Entries of the boot catalogue: the default one, then those of each section. Empty when it is damaged. */
export async function readBootCatalog(device: BlockDevice, sector: number): Promise<BootEntry[]> {
  const catalog = await readUpTo(device, sector * isoSectorBytes, maxCatalogBytes);
  if (catalog.length < 64 || catalog[0] !== 1 || catalog.readUInt16LE(30) !== 0xaa55 || !sumIsZero(catalog))
    return [];
  const entries = [parseEntry(device, catalog.subarray(32, 64), platformOf(catalog[1]))];
  for (let at = 64; at + 32 <= catalog.length;) {
    const kind = catalog[at];
    if (kind !== 0x90 && kind !== 0x91) break;
    const platform = platformOf(catalog[at + 1]);
    const count = catalog.readUInt16LE(at + 2);
    at += 32;
    for (let index = 0; index < count && at + 32 <= catalog.length; at += 32) {
      const isExtension = catalog[at] === 0x44;
      if (isExtension) continue;
      entries.push(parseEntry(device, catalog.subarray(at, at + 32), platform));
      index++;
    }
    if (kind === 0x91) break;
  }
  return entries;
}

const platformOf = (id: number | undefined): BootEntry["platform"] =>
  id === 0 ? "bios" : id === 0xef ? "uefi" : "other";

function parseEntry(device: BlockDevice, entry: Buffer, platform: BootEntry["platform"]): BootEntry {
  const at = entry.readUInt32LE(8) * isoSectorBytes;
  return { platform, bootable: entry[0] === 0x88, present: at > 0 && at + 512 <= device.sizeBytes };
}

/** The words of the validation entry add up to 0. */
function sumIsZero(catalog: Buffer): boolean {
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += catalog.readUInt16LE(at);
  return (sum & 0xffff) === 0;
}
