import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { isoSectorBytes } from "./volume-descriptors.ts";

/** IEEE P1281 (SUSP) and P1282 (Rock Ridge): names, modes and links in the system use area of a record. */
export interface RockRidge {
  name: string | null;
  mode: number | null;
  link: string | null;
  /** Moved directory: where its content really is. */
  childSector: number | null;
}

const maxContinuations = 16;

export async function readRockRidge(
  device: BlockDevice,
  systemUse: Buffer,
  skip: number,
): Promise<RockRidge> {
  const found: RockRidge = { name: null, mode: null, link: null, childSector: null };
  let area: Buffer | null = systemUse.subarray(skip);
  for (let turn = 0; area !== null && turn < maxContinuations; turn++) {
    const next = parseArea(area, found);
    area = next === null ? null : await readUpTo(device, next.offset, next.length);
  }
  return found;
}

function parseArea(area: Buffer, found: RockRidge): { offset: number; length: number } | null {
  let continuation: { offset: number; length: number } | null = null;
  for (let at = 0; at + 4 <= area.length;) {
    const length = area.readUInt8(at + 2);
    if (length < 4 || at + length > area.length) break;
    const entry = area.subarray(at, at + length);
    const kind = entry.toString("latin1", 0, 2);
    if (kind === "ST") break;
    if (kind === "NM" && length > 5) found.name = (found.name ?? "") + entry.toString("utf8", 5);
    if (kind === "PX" && length >= 12) found.mode = entry.readUInt32LE(4);
    if (kind === "SL" && length >= 5) found.link = joinLink(found.link, entry.subarray(5));
    if (kind === "CL" && length >= 8) found.childSector = entry.readUInt32LE(4);
    if (kind === "CE" && length >= 28) {
      continuation = {
        offset: entry.readUInt32LE(4) * isoSectorBytes + entry.readUInt32LE(12),
        length: Math.min(entry.readUInt32LE(20), isoSectorBytes),
      };
    }
    at += length;
  }
  return continuation;
}

/** Components: flags (2 = `.`, 4 = `..`, 8 = `/`, 1 = goes on in the next), length, text. */
function joinLink(before: string | null, bytes: Buffer): string {
  const parts = before === null ? [] : [before];
  for (let at = 0; at + 2 <= bytes.length; at += 2 + bytes.readUInt8(at + 1)) {
    const flags = bytes.readUInt8(at);
    if ((flags & 8) !== 0) parts.push("");
    else if ((flags & 2) !== 0) parts.push(".");
    else if ((flags & 4) !== 0) parts.push("..");
    else parts.push(bytes.toString("utf8", at + 2, at + 2 + bytes.readUInt8(at + 1)));
  }
  return parts.length === 1 && parts[0] === "" ? "/" : parts.join("/");
}
