import { printable } from "#core/image/source/binary.ts";

const type = { dataFile: 0x44415441, encryption: 0x0537be77, featureNames: 0x6803f857 } as const;

export interface HeaderExtensions {
  readonly dataFile: string | null;
  readonly encryption: boolean;
  /** Names of the set incompatible bits, from the image's own table where it has one. */
  featureNames(features: number): string[];
}

/** The list that follows the qcow2 header: {type u32, length u32, data padded to 8}; ends with type 0. */
export function readHeaderExtensions(
  head: Buffer,
  headerLength: number,
  clusterBits: number,
): HeaderExtensions {
  const names = new Map<number, string>();
  let dataFile: string | null = null;
  let encryption = false;
  const end = Math.min(head.length, clusterBits < 16 ? 2 ** clusterBits : 65536);
  for (let at = headerLength; at + 8 <= end;) {
    const kind = head.readUInt32BE(at);
    const length = head.readUInt32BE(at + 4);
    if (kind === 0 || at + 8 + length > end) break;
    const data = head.subarray(at + 8, at + 8 + length);
    if (kind === type.dataFile) dataFile = printable(data.toString("utf8"));
    else if (kind === type.encryption) encryption = true;
    else if (kind === type.featureNames) addFeatureNames(data, names);
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return {
    dataFile,
    encryption,
    featureNames: (features) => {
      const set: string[] = [];
      for (let bit = 0; bit < 64; bit++) {
        if (Math.floor(features / 2 ** bit) % 2 === 1) set.push(names.get(bit) ?? `bit ${bit}`);
      }
      return set;
    },
  };
}

/** Entries of 48 bytes: kind (0 = incompatible), bit, name. */
function addFeatureNames(data: Buffer, names: Map<number, string>): void {
  for (let at = 0; at + 48 <= data.length; at += 48) {
    if (data[at] !== 0) continue;
    const text = data.toString("utf8", at + 2, at + 48);
    names.set(data.readUInt8(at + 1), printable(text.split("\0")[0] ?? ""));
  }
}
