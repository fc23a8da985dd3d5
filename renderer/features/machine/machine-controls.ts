import type { MachineView } from "#contract/machine.ts";

/** What can be done with a machine now. A string says why not, for people. */
export interface MachineControls {
  start: string | null;
  powerButton: string | null;
  reset: string | null;
  forceOff: string | null;
  eject: string | null;
  delete: string | null;
  /** Checking and compacting read the disk, which must stand still. */
  readDisk: string | null;
}

export function machineControls({ power, isoPath }: Pick<MachineView, "power" | "isoPath">): MachineControls {
  const off = power === "off";
  const alive = power === "running" || power === "paused";
  return {
    start: off ? null : "It is on already",
    powerButton: alive ? null : off ? "It is off" : "Wait until it has started",
    reset: alive ? null : off ? "It is off" : "Wait until it has started",
    forceOff: off ? "It is off" : null,
    eject: isoPath === null ? "The drive is empty" : null,
    delete: off ? null : "Power it off first",
    readDisk: off ? null : "Power it off first",
  };
}

export type NextStep = "start" | "check" | "compact" | "publish" | "done";

/** The next step on the way from a machine to a published image. */
export function nextStep(
  machine: Pick<MachineView, "power" | "transcriptBytes" | "startedAt">,
  done: { checked: boolean; compacted: boolean; published: boolean },
): NextStep {
  if (machine.power !== "off") return "start";
  if (machine.transcriptBytes === 0 && machine.startedAt === null) return "start";
  if (done.published) return "done";
  if (done.compacted) return "publish";
  return done.checked ? "compact" : "check";
}
