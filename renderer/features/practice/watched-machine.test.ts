import { describe, expect, it } from "vitest";
import type { MachineView } from "#contract/machine.ts";
import { watchedMachine } from "./watched-machine.ts";

const at = (minute: number) => `2025-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`;
const machine = (id: string, name: string, minute: number) =>
  [id, { id, name, createdAt: at(minute) } as MachineView] as const;
const machines = Object.fromEntries([
  machine("before", "Practice machine 2025-01-01 00:01", 1),
  machine("mine", "debian", 6),
  machine("first", "Practice machine 2025-01-01 00:05", 5),
  machine("retried", "Practice machine 2025-01-01 00:09", 9),
]);
const job = { kind: "practice-run", createdAt: at(3), endedAt: null } as const;

describe("watchedMachine", () => {
  it("is the newest machine of the run's own making", () => {
    expect(watchedMachine(job, machines)?.id).toBe("retried");
  });
  it("belongs to the run's time", () => {
    expect(watchedMachine({ ...job, endedAt: at(7) }, machines)?.id).toBe("first");
    expect(watchedMachine({ ...job, createdAt: at(10) }, machines)).toBeUndefined();
  });
  it("is nothing for other jobs", () => {
    expect(watchedMachine({ ...job, kind: "publish" }, machines)).toBeUndefined();
  });
});
