import { describe, expect, it } from "vitest";
import { HardwareSchema, type MachinePower, type MachineView } from "#contract/machine.ts";
import { assertMemoryFits } from "./memory-budget.ts";

const GiB = 1024 ** 3;
const view = (id: string, gib: number, power: MachinePower): MachineView =>
  ({ id, name: id, power, hardware: HardwareSchema.parse({ memoryBytes: gib * GiB }) }) as MachineView;

describe("the memory budget", () => {
  it("counts what runs, not what is off, and never the machine itself", () => {
    const all = [
      view("a", 4, "running"),
      view("b", 8, "off"),
      view("c", 4, "paused"),
      view("d", 8, "starting"),
    ];
    expect(() => assertMemoryFits(view("d", 8, "starting"), all, 16 * GiB)).not.toThrow();
    expect(() => assertMemoryFits(view("b", 8, "off"), all, 16 * GiB)).toThrow(
      "b wants 8 GiB of memory; this computer has 16 GiB and a, c, d have 16 GiB",
    );
  });

  it("says it also when the machine alone is too large", () => {
    expect(() => assertMemoryFits(view("a", 32, "off"), [], 16 * GiB)).toThrow(
      "a wants 32 GiB of memory; this computer has 16 GiB",
    );
  });
});
