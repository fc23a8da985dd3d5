import { createHash } from "node:crypto";
import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { uuidText } from "#core/image/filesystem/uuid-text.ts";
import { fieldText, textAt, type Recogniser } from "./signature.ts";

/** Apple's Technical Note TN1150; "Inside Macintosh: Files" for the older HFS. The volume header is at 1 KiB. */
const headerAt = 1024;

export const hfsplus: Recogniser = async (head, device) => {
  let start = 0;
  if (textAt(head, headerAt, "BD")) {
    // HFS+ in the wrapper of an HFS volume
    if (!isHfsPlus(head.subarray(headerAt + 124))) return null;
    const allocationBytes = head.readUInt32BE(headerAt + 20);
    start = head.readUInt16BE(headerAt + 28) * 512 + head.readUInt16BE(headerAt + 126) * allocationBytes;
  }
  const header = await readUpTo(device, start + headerAt, 512);
  if (header.length < 512 || !isHfsPlus(header) || header.readUInt32BE(40) < 512) return null;
  const label = await catalogName(device, header, start).catch(() => null);
  return { type: "hfsplus", uuid: finderUuid(header.subarray(80 + 24, 80 + 32)), label };
};

export const hfs: Recogniser = (head) => {
  if (
    !textAt(head, headerAt, "BD") ||
    head.length < headerAt + 128 ||
    isHfsPlus(head.subarray(headerAt + 124))
  )
    return null;
  const allocationBytes = head.readUInt32BE(headerAt + 20);
  const labelBytes = head.readUInt8(headerAt + 36);
  if (allocationBytes === 0 || allocationBytes % 512 !== 0 || labelBytes > 27) return null;
  const label = fieldText(head.subarray(headerAt + 37, headerAt + 37 + labelBytes));
  return { type: "hfs", uuid: finderUuid(head.subarray(headerAt + 92 + 24, headerAt + 92 + 32)), label };
};

const isHfsPlus = (bytes: Buffer): boolean => textAt(bytes, 0, "H+") || textAt(bytes, 0, "HX");

/** Apple's own rule: the MD5 of a fixed name space and the eight bytes of the Finder's volume id. */
function finderUuid(id: Buffer): string | null {
  if (id.length < 8 || id.every((byte) => byte === 0)) return null;
  const nameSpace = Buffer.from("b3e20f39f29211d697a400306543ecac", "hex");
  const uuid = createHash("md5").update(nameSpace).update(id).digest();
  uuid.writeUInt8(0x30 | (uuid.readUInt8(6) & 0x0f), 6);
  uuid.writeUInt8(0x80 | (uuid.readUInt8(8) & 0x3f), 8);
  return uuidText(uuid);
}

/** The first record of the catalogue's first leaf names the root folder, in big-endian UTF-16. */
async function catalogName(device: BlockDevice, header: Buffer, start: number): Promise<string | null> {
  const blockBytes = header.readUInt32BE(40);
  const extents = Array.from({ length: 8 }, (_v, index) => ({
    start: header.readUInt32BE(272 + 16 + index * 8),
    count: header.readUInt32BE(272 + 20 + index * 8),
  }));
  const tree = await readUpTo(device, start + (extents[0]?.start ?? 0) * blockBytes, 512);
  if (tree.length < 64) return null;
  const leafHead = tree.readUInt32BE(14 + 10);
  const nodeBytes = tree.readUInt16BE(14 + 18);
  if (nodeBytes < 512 || nodeBytes > 32768) return null;
  let block = Math.floor((leafHead * nodeBytes) / blockBytes);
  const extent = extents.find(({ count }) => {
    if (block < count) return true;
    block -= count;
    return false;
  });
  if (extent === undefined) return null;
  const leaf = await readUpTo(device, start + (extent.start + block) * blockBytes, nodeBytes);
  const isLeaf = leaf.length === nodeBytes && leaf.readUInt8(8) === 0xff && leaf.readUInt16BE(10) > 0;
  if (!isLeaf || leaf.readUInt32BE(16) !== 1) return null;
  const characters = leaf.readUInt16BE(20);
  if (characters > 255 || 22 + characters * 2 > nodeBytes) return null;
  const name = Buffer.from(leaf.subarray(22, 22 + characters * 2))
    .swap16()
    .toString("utf16le");
  return name.split("\0")[0]?.trimEnd() || null;
}
