import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { fieldText, textAt, type Head, type Recognition } from "./signature.ts";

/** A signature that is only data: bytes at a place, and where label and UUID stand. Offsets from the device's start. */
export interface Signature {
  readonly type: string;
  /** Any one of them, one character a byte; all within the first 68 KiB. */
  readonly magics: readonly (readonly [at: number, bytes: string])[];
  /** Smaller devices cannot hold it. */
  readonly minBytes?: number;
  /** 16 bytes in the order of writing; or what makes a text of them. */
  readonly uuid?: number | ((head: Head, at: number) => string | null);
  /** Offset and length of a field. */
  readonly label?: readonly [at: number, bytes: number] | ((head: Head, at: number) => string | null);
  /** A further look, for signatures that are short. `at`: where the magic was found. */
  readonly sound?: (head: Head, at: number) => boolean;
}

/** The first signature of the table that is there. */
export function matchTable(table: readonly Signature[], head: Head, deviceBytes: number): Recognition | null {
  for (const signature of table) {
    if (deviceBytes < (signature.minBytes ?? 0)) continue;
    for (const [at, bytes] of signature.magics) {
      if (!textAt(head, at, bytes)) continue;
      const found = describe(signature, head, at);
      if (found !== null) return found;
    }
  }
  return null;
}

function describe({ type, sound, uuid, label }: Signature, head: Head, at: number): Recognition | null {
  try {
    if (sound !== undefined && !sound(head, at)) return null;
    return {
      type,
      uuid: typeof uuid === "number" ? uuidAt(head, uuid) : (uuid?.(head, at) ?? null),
      label:
        typeof label === "function" ? label(head, at) : label === undefined ? null : labelAt(head, ...label),
    };
  } catch (error) {
    if (error instanceof RangeError) return null; // the device ends within the signature
    throw error;
  }
}

export const uuidAt = (head: Head, at: number): string | null =>
  head.length < at + 16 ? null : uuidOrNull(head.subarray(at, at + 16));

export const labelAt = (head: Head, at: number, bytes: number): string | null =>
  fieldText(head.subarray(at, at + bytes));

/** A FAT-like serial number of four bytes, `1A2B-3C4D`; null for zero. */
export function serialAt(head: Head, at: number): string | null {
  const value = head.readUInt32LE(at);
  const hex = value.toString(16).toUpperCase().padStart(8, "0");
  return value === 0 ? null : `${hex.slice(0, 4)}-${hex.slice(4)}`;
}
