import type { MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { sizeText } from "#core/lib/size-text.ts";

/**
 * Refuses a start that the computer's memory cannot hold beside what runs: both the guests and the desktop would come
 * to a halt over swapping. Cores may be promised more than once; that is only slow. Throws `machine-busy`.
 */
export function assertMemoryFits(
  machine: Pick<MachineView, "id" | "name" | "hardware">,
  all: readonly MachineView[],
  hostMemoryBytes: number,
): void {
  const others = all.filter(({ id, power }) => id !== machine.id && power !== "off");
  const takenBytes = others.reduce((sum, { hardware }) => sum + hardware.memoryBytes, 0);
  const { memoryBytes } = machine.hardware;
  if (takenBytes + memoryBytes <= hostMemoryBytes) return;
  const beside =
    others.length === 0
      ? ""
      : ` and ${others.map(({ name }) => name).join(", ")} have ${sizeText(takenBytes)}`;
  throw new AppError(
    "machine-busy",
    `${machine.name} wants ${sizeText(memoryBytes)} of memory; this computer has ${sizeText(hostMemoryBytes)}${beside}`,
    {
      hint: "Power another machine off, give this one less memory, or start it with `goldsmith machine start --overcommit`.",
      details: { memoryBytes, takenBytes, hostMemoryBytes },
    },
  );
}
