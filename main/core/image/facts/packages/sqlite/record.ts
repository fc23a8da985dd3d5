import { unreadable } from "#core/image/source/binary.ts";

export type Value = number | string | Buffer | null;

const maxColumns = 500;

/** A number of one to nine bytes, seven bits each. Above 2^53 it loses digits: no such value is used here. */
export function readVarint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), next: at + 9 };
}

/** Values of a record, as far as `bytes` reaches: of what is cut off the part that is there. */
export function parseRecord(bytes: Buffer): Value[] {
  const header = readVarint(bytes, 0);
  if (header.value > bytes.length) throw unreadable("A database record is damaged");
  const values: Value[] = [];
  let body = header.value;
  for (let at = header.next; at < header.value;) {
    const type = readVarint(bytes, at);
    at = type.next;
    if (values.length >= maxColumns) throw unreadable("A database record has too many columns");
    const length = lengthOf(type.value);
    values.push(valueOf(type.value, bytes.subarray(body, body + length), length));
    body += length;
  }
  return values;
}

/** Serial types: 1-6 integers, 7 a float, 8 and 9 the constants 0 and 1, even ones from 12 blobs, odd ones text. */
const integerBytes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
const lengthOf = (type: number): number =>
  type >= 12 ? Math.floor((type - 12) / 2) : (integerBytes[type] ?? 0);

function valueOf(type: number, bytes: Buffer, length: number): Value {
  if (type >= 12) return type % 2 === 0 ? bytes : bytes.toString("utf8");
  if (type === 8 || type === 9) return type - 8;
  if (type === 0 || type > 9 || bytes.length < length) return null;
  if (type === 7) return bytes.readDoubleBE(0);
  return length === 8 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, length);
}
