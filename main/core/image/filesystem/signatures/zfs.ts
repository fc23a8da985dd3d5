import { readUpTo } from "#core/image/source/block-device.ts";
import { fieldText, type Recogniser } from "./signature.ts";

/** Each ZFS label: 16 KiB of blanks and boot header, 112 KiB name-value list, 128 KiB ring of uberblocks. */
const uberblockMagic = 0x00ba_b10cn;
const pairType = { uint64: 8, string: 9 } as const;

export const zfs: Recogniser = async (_head, device) => {
  if (device.sizeBytes < 256 * 1024) return null;
  const ring = await readUpTo(device, 128 * 1024, 128 * 1024);
  let found = 0;
  for (let at = 0; at + 8 <= ring.length; at += 1024) {
    if (ring.readBigUInt64LE(at) === uberblockMagic || ring.readBigUInt64BE(at) === uberblockMagic) found++;
  }
  if (found === 0) return null;
  const values = readPairs(await readUpTo(device, 16 * 1024, 112 * 1024));
  return { type: "zfs_member", uuid: values.get("pool_guid") ?? null, label: values.get("name") ?? null };
};

/** XDR name-value pairs of the outer list: sizes, name, type, count, value, all padded to four bytes. */
function readPairs(list: Buffer): Map<string, string> {
  const values = new Map<string, string>();
  for (let at = 12; at + 20 <= list.length;) {
    const bytes = list.readUInt32BE(at);
    if (bytes < 20 || at + bytes > list.length) break;
    const nameBytes = list.readUInt32BE(at + 8);
    const valueAt = at + 12 + Math.ceil(nameBytes / 4) * 4;
    if (nameBytes > 256 || valueAt + 16 > at + bytes) break;
    const name = fieldText(list.subarray(at + 12, at + 12 + nameBytes)) ?? "";
    const type = list.readUInt32BE(valueAt);
    if (type === pairType.uint64) values.set(name, list.readBigUInt64BE(valueAt + 8).toString());
    if (type === pairType.string) {
      const length = Math.min(list.readUInt32BE(valueAt + 8), 256);
      values.set(name, fieldText(list.subarray(valueAt + 12, valueAt + 12 + length)) ?? "");
    }
    at += bytes;
  }
  return values;
}
