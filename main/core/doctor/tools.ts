import type { z } from "zod";
import type { ToolSchema } from "#contract/doctor.ts";
import type { Processes } from "#ports/processes.ts";

export type Tool = z.infer<typeof ToolSchema>;

interface ToolEntry {
  /** Any one of these programs will do; the first is the name shown. */
  readonly programs: readonly [string, ...string[]];
  readonly needed: Tool["needed"];
  readonly purpose: string;
  /** Asked only of tools whose version decides what they can do. */
  readonly versionArgument?: string;
}

/** Every program that Goldsmith calls, and what for. Which package brings it: hosts/cli/setup. */
export const toolTable: readonly ToolEntry[] = [
  {
    programs: ["qemu-system-x86_64"],
    needed: "required",
    purpose: "runs machines",
    versionArgument: "--version",
  },
  {
    programs: ["qemu-img"],
    needed: "required",
    purpose: "makes, converts and compares disks",
    versionArgument: "--version",
  },
  {
    programs: ["qemu-nbd"],
    needed: "required",
    purpose: "opens images read-only for checks",
    versionArgument: "--version",
  },
  { programs: ["mmdebstrap"], needed: "optional", purpose: "fetches the practice guest's packages" },
  { programs: ["xorriso"], needed: "optional", purpose: "builds the practice installer" },
  { programs: ["mformat"], needed: "optional", purpose: "builds the practice installer (mtools)" },
  {
    programs: ["gio", "trash", "trash-put"],
    needed: "optional",
    purpose: "moves deleted machines to the trash",
  },
  {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    needed: "tests",
    purpose: "clicks through the window",
  },
  { programs: ["sshd"], needed: "tests", purpose: "stands in for a guest's SSH server" },
  { programs: ["radosgw"], needed: "tests", purpose: "S3 storage that is not our own" },
  { programs: ["grub-mkimage"], needed: "tests", purpose: "makes test media bootable" },
  { programs: ["sfdisk"], needed: "tests", purpose: "partitions test images" },
  { programs: ["mke2fs"], needed: "tests", purpose: "makes file systems to be read" },
  { programs: ["as"], needed: "tests", purpose: "rebuilds the doctor's probe guest" },
];

/** The emulator alone, for who needs no whole report. */
export async function findQemu(processes: Processes): Promise<{ path: string; version: string } | null> {
  const path = await processes.find("qemu-system-x86_64");
  return path === null
    ? null
    : { path, version: (await askVersion(processes, path, "--version")) ?? "unknown" };
}

/** Programs are looked up, and the versioned ones asked. A program that does not answer has version null. */
export async function findTools(processes: Processes): Promise<Tool[]> {
  return Promise.all(
    toolTable.map(async ({ programs, needed, purpose, versionArgument }) => {
      const found = await firstFound(processes, programs);
      const version =
        found === null || versionArgument === undefined
          ? null
          : await askVersion(processes, found.path, versionArgument);
      return { name: found?.name ?? programs[0], path: found?.path ?? null, version, needed, purpose };
    }),
  );
}

async function firstFound(
  processes: Processes,
  programs: readonly string[],
): Promise<{ name: string; path: string } | null> {
  for (const name of programs) {
    const path = await processes.find(name);
    if (path !== null) return { name, path };
  }
  return null;
}

/** The first number with dots in the output: "QEMU emulator version 7.2.22 (Debian ...)". */
async function askVersion(processes: Processes, path: string, argument: string): Promise<string | null> {
  try {
    const { stdout } = await processes.run([path, argument], { timeoutMs: 5_000 });
    return /\b(\d+\.\d+(?:\.\d+)*)/.exec(stdout.slice(0, 1000))?.[1] ?? null;
  } catch {
    return null;
  }
}
