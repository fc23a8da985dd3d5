import type { ParsedInputOf } from "#contract/contract.ts";
import { HardwareSchema, type Hardware } from "#contract/machine.ts";
import { readOverlayHeader } from "#core/layers/overlay.ts";
import { runQemuImg } from "#core/layers/run-qemu-img.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import type { Machine } from "./machine.ts";

export type MachineChange = Omit<ParsedInputOf<"machines.change">, "machineId">;

/**
 * Words at any time; hardware of a machine that is off and not suspended. Throws `machine-busy`, `bad-input` (a disk
 * cannot shrink: what a guest has at its end would be lost), `disk-full`.
 */
export async function changeMachine(ports: Ports, machine: Machine, change: MachineChange): Promise<void> {
  const { hardware, name, notes, tags } = change;
  const words = {
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...(tags === undefined ? {} : { tags }),
  };
  if (hardware === undefined) return await machine.changeRecord(words);
  await machine.whileOff(async () => {
    const next = await assertPossible(machine, hardware);
    if (next.diskSizeBytes > machine.record.hardware.diskSizeBytes) {
      await growDisk(ports, machine, next.diskSizeBytes);
    }
    await machine.writeRecord({ ...words, hardware: next });
  });
}

async function assertPossible(
  { record, layers }: Machine,
  change: NonNullable<MachineChange["hardware"]>,
): Promise<Hardware> {
  if ((await layers.memory()) !== null) {
    throw new AppError("machine-busy", `${record.name} is suspended: its memory fits this hardware only`, {
      hint: "Start it and shut it down first.",
    });
  }
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const next = HardwareSchema.parse({ ...record.hardware, ...Object.fromEntries(given) });
  if (next.diskSizeBytes >= record.hardware.diskSizeBytes) return next;
  throw new AppError("bad-input", "A disk can be made larger, never smaller", {
    hint: "Make a new machine with a smaller disk, and install or copy into it.",
  });
}

/** The disk first, then the record: a crash in between leaves a disk that is larger than it says, and no harm. */
async function growDisk({ processes }: Ports, { layers }: Machine, sizeBytes: number): Promise<void> {
  await layers.locked(async () => {
    const { disk } = layers.files;
    if ((await readOverlayHeader(disk)).virtualBytes >= sizeBytes) return;
    await runQemuImg(processes, ["resize", "-q", "-f", "qcow2", disk, String(sizeBytes)]);
  });
}
