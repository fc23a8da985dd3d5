import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";

/** ECMA-119 and the Joliet specification. Sectors are 2048 bytes; descriptors begin at sector 16. */
export const isoSectorBytes = 2048;
const maxDescriptors = 32;

export interface IsoVolume {
  readonly volumeId: string;
  /** The PVD's modification (or creation) date as libblkid writes it: the nearest thing to a UUID. */
  readonly uuid: string | null;
  readonly blockBytes: number;
  readonly rootSector: number;
  readonly rootBytes: number;
  readonly joliet: {
    readonly volumeId: string;
    readonly rootSector: number;
    readonly rootBytes: number;
  } | null;
  /** Sector of the El Torito boot catalogue; null when there is none. */
  readonly bootCatalogSector: number | null;
}

/** null when there is no primary volume descriptor. */
export async function readIsoVolume(device: BlockDevice): Promise<IsoVolume | null> {
  let primary: Buffer | null = null;
  let joliet: IsoVolume["joliet"] = null;
  let bootCatalogSector: number | null = null;
  for (let index = 0; index < maxDescriptors; index++) {
    const block = await readUpTo(device, (16 + index) * isoSectorBytes, isoSectorBytes);
    if (block.length < isoSectorBytes || block.toString("latin1", 1, 6) !== "CD001" || block[0] === 255)
      break;
    if (block[0] === 1) primary ??= block;
    if (block[0] === 2 && isJoliet(block))
      joliet = { volumeId: utf16be(block.subarray(40, 72)), ...rootOf(block) };
    if (block[0] === 0 && block.toString("latin1", 7, 30) === "EL TORITO SPECIFICATION") {
      bootCatalogSector ??= block.readUInt32LE(71);
    }
  }
  if (primary === null) return null;
  const volumeId = primary.toString("latin1", 40, 72).replace(/[ \0]+$/, "");
  const uuid = dateText(primary, 830) ?? dateText(primary, 813);
  const blockBytes = primary.readUInt16LE(128);
  return { volumeId, uuid, blockBytes, ...rootOf(primary), joliet, bootCatalogSector };
}

const isJoliet = (block: Buffer): boolean => ["%/@", "%/C", "%/E"].includes(block.toString("latin1", 88, 91));

const rootOf = (block: Buffer): { rootSector: number; rootBytes: number } => ({
  rootSector: block.readUInt32LE(156 + 2),
  rootBytes: block.readUInt32LE(156 + 10),
});

export function utf16be(bytes: Buffer): string {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return even
    .swap16()
    .toString("utf16le")
    .replace(/[ \0]+$/, "");
}

/** 16 digits; all of them 0 mean that the date is not set. */
function dateText(block: Buffer, at: number): string | null {
  const digits = block.toString("latin1", at, at + 16);
  if (!/^\d{16}$/.test(digits) || /^0+$/.test(digits)) return null;
  const parts = [digits.slice(0, 4), ...(digits.slice(4).match(/../g) ?? [])];
  return parts.join("-");
}

/**
 * Joliet holds 16 characters of any script, the plain name 32 of which some are `_` for what it cannot write: where
 * both tell of the same name, each gives what the other lost. Without case, because the plain one has capitals.
 */
export function isoLabel(volume: IsoVolume): string | null {
  const { joliet, volumeId } = volume;
  const label = joliet === null ? volumeId : (mergeNames(joliet.volumeId, volumeId) ?? joliet.volumeId);
  return label.trimEnd() === "" ? null : label.trimEnd();
}

function mergeNames(wide: string, plain: string): string | null {
  const characters = Array.from(wide);
  const parts = characters.map((character, index) => {
    const other = plain[index];
    if (other === undefined || other === "_") return character;
    if (character === "_") return other;
    if (character.toUpperCase() !== other.toUpperCase()) return null;
    return other === other.toUpperCase() ? character : other;
  });
  // a name that ended before its field did is whole
  const rest = plain.slice(characters.length);
  return parts.includes(null) || (wide.length < 16 && rest !== "" && !/^[ _]*$/.test(rest))
    ? null
    : parts.join("") + (wide.length < 16 ? "" : rest);
}
