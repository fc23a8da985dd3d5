import type { Candidate } from "#contract/doctor.ts";
import type { AcceleratorName } from "#contract/machine.ts";
import type { HostFacts } from "./host-facts.ts";
import type { ProbeRun } from "./micro-boot.ts";
import { largestLoopShare, readProbe } from "./probe-progress.ts";

export const acceleratorTitle: Record<AcceleratorName, string> = {
  kvm: "KVM",
  hvf: "Apple's Hypervisor framework",
  whpx: "Windows Hypervisor Platform",
  tcg: "Software emulation (TCG)",
};

const useEmulation = "Nothing needs to be done: machines run under software emulation, only slower.";

/** Words for a run of the probe guest. `baseline` is the run under TCG, when that one went well. */
export function judgeRun(
  name: AcceleratorName,
  run: ProbeRun,
  host: HostFacts,
  baseline: ProbeRun | null,
): Candidate {
  const title = acceleratorTitle[name];
  const progress = readProbe(run.serial);
  const lastWords = lastLine(run.stderr);
  const base = { name, elapsedMs: Math.round(run.elapsedMs), stderr: run.stderr.slice(-2000) };
  const broken = (outcome: Candidate["outcome"], reason: string, fix = brokenFix(name, host)): Candidate => ({
    ...base,
    ok: false,
    outcome,
    reason,
    fix,
  });

  // KVM reports what it cannot do and then waits, stopped, for a debugger.
  const internal = /KVM internal error[^\n]*/.exec(run.stderr)?.[0];
  if (internal !== undefined) {
    const what = run.stderr.includes("emulation failure") ? `${internal}, emulation failure` : internal;
    return broken("aborts", `${title} gave up on the probe guest while it was ${progress.doing} (${what}).`);
  }
  switch (run.end) {
    case "told":
      if (progress.state !== "right") {
        return broken(
          "wrong-result",
          `Under ${title} the probe guest went wrong while it was ${progress.doing}.`,
        );
      }
      return judgeSpeed(name, run, host, baseline);
    case "exited":
      return ended(
        name,
        run,
        host,
        `${title}: QEMU ended (${run.exit ?? "unknown"})${lastWords === "" ? "." : `: ${lastWords}`}`,
      );
    case "too-slow":
      return broken("slower-than-tcg", tooSlow(title, run, baseline));
    case "time-limit":
      if (progress.loop === "inside") return broken("slower-than-tcg", tooSlow(title, run, baseline));
      return broken(
        "hangs",
        `Under ${title} the probe guest stopped while it was ${progress.doing}, and gave no sign of life for ` +
          `${seconds(run.elapsedMs)}.`,
      );
  }

  function ended(accelerator: AcceleratorName, of: ProbeRun, on: HostFacts, reason: string): Candidate {
    if (/invalid accelerator|no accelerator found|not compiled in|unknown accelerator/i.test(of.stderr)) {
      return broken(
        "absent",
        `This QEMU was built without ${title}.`,
        "Install QEMU from your system's packages.",
      );
    }
    if (/permission denied|HV_DENIED/i.test(of.stderr)) {
      return broken("no-permission", reason, permissionFix(accelerator));
    }
    if (
      /failed to initialize|could not access|no space|not supported|HV_UNSUPPORTED/i.test(of.stderr) &&
      of.serial === ""
    ) {
      return broken("absent", reason, absentFix(accelerator));
    }
    return broken("aborts", reason, brokenFix(accelerator, on));
  }
}

/** The guest computed the right result; hardware that is slower than emulation is of no use all the same. */
function judgeSpeed(
  name: AcceleratorName,
  run: ProbeRun,
  host: HostFacts,
  baseline: ProbeRun | null,
): Candidate {
  const title = acceleratorTitle[name];
  const base = { name, elapsedMs: Math.round(run.elapsedMs), stderr: run.stderr.slice(-2000) };
  const took = `the probe guest ran in ${seconds(run.elapsedMs)}`;
  const measure = baseline?.loopMs ?? null;
  if (name === "tcg" || measure === null || run.loopMs === null) {
    return { ...base, ok: true, outcome: "works", reason: `${title} works: ${took}.`, fix: null };
  }
  const factor = run.loopMs / Math.max(measure, 1);
  if (factor > 1) {
    return {
      ...base,
      ok: false,
      outcome: "slower-than-tcg",
      reason: `${title} works, but its guest computed ${times(factor)} slower than under software emulation.`,
      fix: brokenFix(name, host),
    };
  }
  const reason = `${title} works: ${took} and computed ${times(1 / factor)} faster than under software emulation.`;
  return { ...base, ok: true, outcome: "works", reason, fix: null };
}

function tooSlow(title: string, run: ProbeRun, baseline: ProbeRun | null): string {
  const start = `${title} is there, but it runs a guest`;
  const share = largestLoopShare(readProbe(run.serial).rounds);
  const measure = baseline?.loopMs ?? null;
  if (run.loopMs === null || measure === null) return `${start} far too slowly to be of use.`;
  const factor = run.loopMs / share / Math.max(measure, 1);
  const seems = factor > 50 ? ", so slowly that Linux seems to hang" : "";
  return `${start} at least ${times(factor)} slower than software emulation${seems}.`;
}

export function absent(name: AcceleratorName, reason: string): Candidate {
  return { name, ok: false, outcome: "absent", reason, fix: absentFix(name), elapsedMs: null, stderr: "" };
}

export function notPermitted(name: AcceleratorName, reason: string): Candidate {
  return {
    name,
    ok: false,
    outcome: "no-permission",
    reason,
    fix: permissionFix(name),
    elapsedMs: null,
    stderr: "",
  };
}

function absentFix(name: AcceleratorName): string {
  switch (name) {
    case "kvm":
      return (
        "Switch on virtualisation (VT-x, AMD-V) in the computer's firmware settings, or nested virtualisation " +
        "where this is a virtual machine itself, then load the module: sudo modprobe kvm_intel (or kvm_amd)."
      );
    case "hvf":
      return "Needs an Intel Mac: on Apple silicon an x86-64 guest runs under software emulation.";
    case "whpx":
      return 'Switch on the Windows feature "Windows Hypervisor Platform" and restart.';
    case "tcg":
      return "Install QEMU from your system's packages.";
  }
}

function permissionFix(name: AcceleratorName): string {
  return name === "kvm"
    ? 'Add yourself to the group that owns /dev/kvm, then log in again: sudo usermod -aG kvm "$USER"'
    : "Run Goldsmith as a user who may use the hypervisor.";
}

function brokenFix(name: AcceleratorName, host: HostFacts): string {
  if (name === "tcg") return "Install QEMU again from your system's packages.";
  if (name === "kvm" && host.processorVirtualises === false) {
    return (
      "The processor offers this system no VT-x or AMD-V, so its KVM cannot be a fast one. Switch on nested " +
      `virtualisation for this computer if it is a virtual machine. ${useEmulation}`
    );
  }
  return `Update QEMU and the system's kernel. ${useEmulation}`;
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`;

/** Two digits at most; from 100 on the power of ten below, for more is not known of a guest that was stopped. */
function times(factor: number): string {
  if (factor < 10) return `${factor.toFixed(1)} times`;
  if (factor < 100) return `${Math.floor(factor)} times`;
  return `${(10 ** Math.floor(Math.log10(factor))).toLocaleString("en-GB")} times`;
}
