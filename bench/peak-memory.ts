import { readFile } from "node:fs/promises";

/** Linux: of this program alone; the kernel's `maxRSS` also counts what the parent had when it forked. */
export async function peakMemoryBytes(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes)) * 1024;
}
