import type { MachineView } from "#contract/machine.ts";

/** What can be done with a machine now. A string says why not, for people. */
export interface MachineControls {
  start: string | null;
  powerButton: string | null;
  reset: string | null;
  /** For a guest that stands still because its disk refused something. */
  resume: string | null;
  forceOff: string | null;
  eject: string | null;
  delete: string | null;
  /** Checking and compacting read the disk, which must stand still. */
  readDisk: string | null;
  checkpoint: string | null;
  /** Returning to a checkpoint replaces the disk. */
  restore: string | null;
  suspend: string | null;
  /** A suspended machine's memory is thrown away. */
  discardMemory: string | null;
  /** A running machine's disk into an image; a machine that is off is compacted instead. */
  capture: string | null;
  /** Shells in the guest, copying into it. */
  guest: string | null;
  changeHardware: string | null;
}

export function machineControls({
  power,
  isoPath,
  suspended,
}: Pick<MachineView, "power" | "isoPath" | "suspended">): MachineControls {
  const off = power === "off";
  const asleep = suspended ? "Its memory rests on disk: resume it or discard the memory first" : null;
  const alive = power === "running" || power === "paused";
  return {
    start: off ? null : "It is on already",
    powerButton: alive ? null : off ? "It is off" : "Wait until it has started",
    reset: alive ? null : off ? "It is off" : "Wait until it has started",
    resume: power === "paused" ? null : "It is not paused",
    forceOff: off ? "It is off" : null,
    eject: isoPath === null ? "The drive is empty" : null,
    delete: off ? null : "Power it off first",
    readDisk: off ? asleep : "Power it off first",
    checkpoint: off ? asleep : alive ? null : "Wait until it stands still or runs",
    restore: off ? null : "Power it off first",
    suspend: alive ? null : off ? "It is off" : "Wait until it has started",
    discardMemory: !off ? "It is on" : suspended ? null : "It is not suspended",
    capture: alive ? null : off ? "It is off; compact it instead" : "Wait until it has started",
    guest: power === "running" ? null : off ? "It is off" : "Wait until it runs",
    changeHardware: off ? asleep : "Power it off first",
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
