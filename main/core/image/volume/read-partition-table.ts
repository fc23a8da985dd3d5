import type { BlockDevice } from "#core/image/source/block-device.ts";
import { readGpt } from "./gpt.ts";
import { readMbr } from "./mbr.ts";
import type { PartitionTable } from "./partition-table.ts";

/** GPT counts before MBR (whose protective entry only covers it); null for a disk without a table. */
export async function readPartitionTable(device: BlockDevice): Promise<PartitionTable | null> {
  const gpt = await readGpt(device);
  if (gpt !== null) return gpt;
  const mbr = await readMbr(device);
  if (mbr?.partitions.some((partition) => partition.typeId === "0xee") === true) {
    const note = "The MBR announces a GPT, but both copies of the GPT are damaged.";
    return { ...mbr, notes: [note, ...mbr.notes] };
  }
  return mbr;
}
