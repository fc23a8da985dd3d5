import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { fieldText, type Recogniser, type Recognition } from "./signature.ts";

const MiB = 1024 ** 2;

/** VMFS: the volume's header at 1 MiB, the filesystem's at 2 MiB (vmfs-tools, libblkid's vmfs.c). */
export const vmfs: Recogniser = async (_head, device) => {
  const volume = await readUpTo(device, MiB, 1024);
  if (volume.length === 1024 && volume.readUInt32BE(0) === 0x0dd0_01c0) {
    return { type: "VMFS_volume_member", uuid: fieldText(volume.subarray(532, 567)), label: null };
  }
  return vmfsFilesystem(device);
};

async function vmfsFilesystem(device: BlockDevice): Promise<Recognition | null> {
  const header = await readUpTo(device, 2 * MiB, 512);
  if (header.length < 512 || header.readUInt32BE(0) !== 0x5ef1_ab2f) return null;
  const id = header.subarray(9, 25);
  const hex = (from: number, to: number, isReversed: boolean): string => {
    const part = Buffer.from(id.subarray(from, to));
    return (isReversed ? part.reverse() : part).toString("hex");
  };
  const uuid = [hex(0, 4, true), hex(4, 8, true), hex(8, 10, true), hex(10, 16, false)].join("-");
  return { type: "VMFS", uuid, label: fieldText(header.subarray(29, 157)) };
}
