import type { Candidate, DoctorReport } from "#contract/doctor.ts";
import type { AcceleratorName } from "#contract/machine.ts";

export const acceleratorNames: Record<AcceleratorName, string> = {
  kvm: "KVM",
  hvf: "Hypervisor.framework",
  whpx: "Windows Hypervisor Platform",
  tcg: "Software emulation (TCG)",
};

export const outcomeWords: Record<Candidate["outcome"], string> = {
  works: "Works",
  absent: "Not on this computer",
  "no-permission": "No permission",
  aborts: "Aborts",
  hangs: "Hangs guests",
  "wrong-result": "Computes wrong",
  "slower-than-tcg": "Slower than emulation",
  "not-tried": "Not tried",
};

/** Why this accelerator and no better one, in a few words: `KVM hangs guests`. Empty when there is nothing to say. */
export function acceleratorReason(name: AcceleratorName, report: DoctorReport | undefined): string {
  if (report === undefined || name !== "tcg") return "";
  return report.accelerator.candidates
    .filter((candidate) => !candidate.ok && candidate.outcome !== "absent" && candidate.name !== "tcg")
    .map(
      (candidate) => `${acceleratorNames[candidate.name]} ${outcomeWords[candidate.outcome].toLowerCase()}`,
    )
    .join(", ");
}
