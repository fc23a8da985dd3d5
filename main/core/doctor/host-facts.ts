import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { cpus, release } from "node:os";

/** What the verdict on an accelerator depends on, besides QEMU. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  readonly processorModel: string;
  readonly kernelRelease: string;
  /** The state of /dev/kvm; `absent` on other systems than Linux. */
  readonly kvmDevice: "usable" | "absent" | "no-permission";
  /** Whether the processor shows VT-x or AMD-V (/proc/cpuinfo); null where that cannot be read. */
  readonly processorVirtualises: boolean | null;
}

export async function readHostFacts(
  platform: NodeJS.Platform = process.platform,
  kvmPath = "/dev/kvm",
): Promise<HostFacts> {
  return {
    platform,
    processorModel: cpus()[0]?.model.trim() ?? "unknown",
    kernelRelease: release(),
    kvmDevice: platform === "linux" ? await deviceState(kvmPath) : "absent",
    processorVirtualises: await processorVirtualises(platform),
  };
}

async function deviceState(path: string): Promise<HostFacts["kvmDevice"]> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return "usable";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "EACCES" || code === "EPERM" ? "no-permission" : "absent";
  }
}

async function processorVirtualises(platform: NodeJS.Platform): Promise<boolean | null> {
  if (platform !== "linux") return null;
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const flags = /^flags\s*:(.*)$/m.exec(text)?.[1];
  return flags === undefined ? null : /\b(vmx|svm)\b/.test(flags);
}
