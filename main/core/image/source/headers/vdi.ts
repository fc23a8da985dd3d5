import type { ImageHeader } from "#core/image/identified-file.ts";
import { assertVirtualSize, refused, truncated, u64le, unreadable } from "#core/image/source/binary.ts";
import type { FileBytes } from "#core/image/source/file-bytes.ts";
import type { ContainerFormat } from "./image-format.ts";

/** VirtualBox's VDI 1.1, as QEMU's block/vdi.c documents it. Little endian. */
const signature = 0xbeda_107f;
const imageType = { dynamic: 1, static: 2 } as const;
const unallocated = 0xffff_fffe; // this and 0xffffffff
const MiB = 1024 ** 2;

export const vdi: ContainerFormat = {
  format: "vdi",
  name: "VDI",
  matches: ({ head }) => head.length >= 512 && head.readUInt32LE(64) === signature,
  readHeader,
};

async function readHeader(file: FileBytes): Promise<ImageHeader> {
  const head = await file.read(0, 512);
  const version = head.readUInt32LE(68);
  if (version !== 0x0001_0001) throw unreadable(`${file.path} is a VDI of an unknown version`);
  const type = head.readUInt32LE(76);
  const parentUuids = [head.subarray(0x1a8, 0x1b8), head.subarray(0x1b8, 0x1c8)];
  if ((type !== imageType.dynamic && type !== imageType.static) || parentUuids.some(isSet)) {
    throw refused(
      `${file.path} is only a layer over another VDI file`,
      "Clone it into one file with VirtualBox first.",
    );
  }
  const mapOffset = head.readUInt32LE(0x154);
  const dataOffset = head.readUInt32LE(0x158);
  const virtualBytes = u64le(head, 0x170);
  const blockBytes = head.readUInt32LE(0x178);
  const blocks = head.readUInt32LE(0x180);
  assertVirtualSize(file.path, virtualBytes);
  if (head.readUInt32LE(0x168) !== 512 || blockBytes !== MiB) {
    throw unreadable(`${file.path} has VDI blocks of an unsupported size`);
  }
  if (blocks * blockBytes < virtualBytes)
    throw unreadable(`${file.path} has a block table too small for its disk`);
  if (blocks * 4 > 256 * MiB) throw refused(`${file.path} has an absurd block table`);
  if (mapOffset + blocks * 4 > file.sizeBytes)
    throw truncated(file.path, "its block table lies past the end");
  const map = await file.read(mapOffset, blocks * 4);
  let used = 0;
  for (let at = 0; at < map.length; at += 4) {
    const block = map.readUInt32LE(at);
    if (block >= unallocated) continue;
    const needed = Math.min(blockBytes, virtualBytes - (at / 4) * blockBytes);
    if (dataOffset + block * blockBytes + needed > file.sizeBytes)
      throw truncated(file.path, "data lies past its end");
    used++;
  }
  return {
    virtualBytes,
    allocatedBytes: used * blockBytes,
    compressedClusters: null,
    variant: type === imageType.static ? "VDI, fixed" : "VDI, dynamic",
    notes: [],
  };
}

const isSet = (uuid: Buffer): boolean => uuid.some((byte) => byte !== 0);
