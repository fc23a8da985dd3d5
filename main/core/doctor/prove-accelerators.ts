import type { Candidate } from "#contract/doctor.ts";
import type { AcceleratorName } from "#contract/machine.ts";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import type { HostFacts } from "./host-facts.ts";
import { absent, judgeRun, notPermitted } from "./judge-candidate.ts";
import { microBoot, type ProbeRun } from "./micro-boot.ts";

/** Software emulation needs half a second on two slow cores; a busy computer gets a lot more. */
const emulationLimitMs = 10_000;
/** A hardware candidate gets three times what emulation needed, but never less or more than this. */
const hardwareLimitMs = { least: 2_000, most: 8_000 } as const;
/** Hardware should compute several times faster than emulation: three times slower is beyond any noise. */
const loopPatience = { factor: 3, leastMs: 500 } as const;

const hardware: Partial<Record<NodeJS.Platform, AcceleratorName>> = {
  linux: "kvm",
  darwin: "hvf",
  win32: "whpx",
};

export interface Proof {
  readonly chosen: AcceleratorName | null;
  /** In the order of preference. */
  readonly candidates: Candidate[];
}

/**
 * Boots the probe guest under every accelerator of this platform. Emulation goes first: it is the measure for
 * the others. One after the other, because two at once would falsify each other's timing on two cores.
 */
export async function proveAccelerators(
  world: { processes: Processes; clock: Clock },
  input: { qemu: string; romPath: string; host: HostFacts; signal?: AbortSignal },
): Promise<Proof> {
  const { qemu, romPath, host, signal } = input;
  const shared = { qemu, romPath, ...(signal === undefined ? {} : { signal }) };
  const emulation = await microBoot("tcg", world, {
    ...shared,
    timeLimitMs: emulationLimitMs,
    loopLimitMs: emulationLimitMs,
  });
  const tcg = judgeRun("tcg", emulation, host, null);
  const baseline = tcg.ok ? emulation : null;

  const candidates: Candidate[] = [];
  const name = hardware[host.platform];
  if (name !== undefined) candidates.push(await proveHardware(name, baseline));
  candidates.push(tcg);
  return { chosen: candidates.find((candidate) => candidate.ok)?.name ?? null, candidates };

  async function proveHardware(candidate: AcceleratorName, measure: ProbeRun | null): Promise<Candidate> {
    if (candidate === "kvm" && host.kvmDevice === "absent") {
      return absent("kvm", "There is no /dev/kvm: the kernel offers no hardware acceleration.");
    }
    if (candidate === "kvm" && host.kvmDevice === "no-permission") {
      return notPermitted("kvm", "/dev/kvm is there, but this user may not open it.");
    }
    const { least, most } = hardwareLimitMs;
    const run = await microBoot(candidate, world, {
      ...shared,
      timeLimitMs: Math.min(Math.max(least, 3 * (measure?.elapsedMs ?? most)), most),
      loopLimitMs: Math.max(loopPatience.leastMs, loopPatience.factor * (measure?.loopMs ?? most)),
    });
    return judgeRun(candidate, run, host, measure);
  }
}
