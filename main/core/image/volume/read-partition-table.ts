import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";
import { readGpt } from "./gpt.ts";
import { readMbr, readSlots } from "./mbr.ts";
import type { PartitionTable } from "./partition-table.ts";

/** GPT counts before MBR (whose protective entry only covers it); null for a disk without a table. */
export async function readPartitionTable(device: BlockDevice): Promise<PartitionTable | null> {
  const gpt = await readGpt(device);
  if (gpt !== null) return { ...gpt, notes: [...gpt.notes, ...(await mbrNotes(device))] };
  const mbr = await readMbr(device);
  if (mbr?.partitions.some((partition) => partition.typeId === "0xee") === true) {
    const note = "The MBR announces a GPT, but both copies of the GPT are damaged.";
    return { ...mbr, notes: [note, ...mbr.notes] };
  }
  return mbr;
}

/** UEFI specification 5.2.3: one entry of type 0xEE keeps old programs off. A hybrid one shows them partitions. */
async function mbrNotes(device: BlockDevice): Promise<string[]> {
  const slots = readSlots(await readUpTo(device, 0, 512))?.filter(
    (slot) => slot.type !== 0 && slot.sectors > 0,
  );
  if (slots?.some((slot) => slot.type === 0xee) !== true)
    return ["The GPT has no protective MBR; some firmware and programs do not find it."];
  return slots.length > 1 ? ["The MBR is a hybrid that also names partitions; the GPT counts."] : [];
}
