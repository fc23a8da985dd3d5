import { findFirmware } from "#core/doctor/firmware.ts";
import type { Processes } from "#ports/processes.ts";
import { managers, type Manager } from "./managers.ts";
import type { Need } from "./packages.ts";

export interface SetupPlan {
  readonly missing: readonly Need[];
  readonly manager: Manager | null;
  /** Without duplicates, in the order of the needs. */
  readonly packages: readonly string[];
  /** Whole command lines, with sudo where it takes that. */
  readonly commands: readonly (readonly string[])[];
  /** Missing, and no package of this manager is known to bring it. */
  readonly notPackaged: readonly Need[];
  /** Why it cannot be installed from here; null when it can. */
  readonly blocked: string | null;
}

export interface SetupWorld {
  readonly processes: Processes;
  readonly platform: NodeJS.Platform;
  /** Null on Windows. */
  readonly userId: number | null;
  /** Where `sudo` could ask for a password. */
  readonly hasTerminal: boolean;
}

/** Which needs are not filled on this computer. */
export async function findMissing(world: SetupWorld, wanted: readonly Need[]): Promise<Need[]> {
  const filled = await Promise.all(wanted.map((need) => isFilled(world, need)));
  return wanted.filter((_, index) => filled[index] === false);
}

async function isFilled({ processes }: SetupWorld, need: Need): Promise<boolean> {
  if (need.programs[0] === "uefi-firmware") return hasUefi(processes);
  for (const program of need.programs) if ((await processes.find(program)) !== null) return true;
  return false;
}

async function hasUefi(processes: Processes): Promise<boolean> {
  const qemu = await processes.find("qemu-system-x86_64");
  const told =
    qemu === null ? null : await processes.run([qemu, "-L", "help"], { timeoutMs: 5_000 }).catch(() => null);
  const folders = (told?.stdout ?? "").split(/\r?\n/).filter((line) => line !== "");
  return (await findFirmware(folders)).uefiCode !== null;
}

/** The commands that fill what is missing, or why there are none. */
export async function planSetup(world: SetupWorld, missing: readonly Need[]): Promise<SetupPlan> {
  const manager = await findManager(world);
  if (manager === null) {
    const blocked =
      "No package manager was found that Goldsmith knows (apt, dnf, pacman, zypper, brew, winget, choco).";
    return { missing, manager, packages: [], commands: [], notPackaged: missing, blocked };
  }
  const packagesOf = (need: Need): readonly string[] => need.packages[manager.name] ?? [];
  const packages = [...new Set(missing.flatMap(packagesOf))];
  const notPackaged = missing.filter((need) => packagesOf(need).length === 0);
  const bare = packages.length === 0 ? [] : manager.commands(packages);
  const asRoot = !manager.needsRoot || world.userId === 0;
  const sudo = asRoot ? null : await world.processes.find("sudo");
  // Without a terminal sudo must not wait for a password that nobody can type.
  const prefix = asRoot ? [] : world.hasTerminal ? ["sudo"] : ["sudo", "-n"];
  return {
    missing,
    manager,
    packages,
    commands: bare.map((command) => [...prefix, ...command]),
    notPackaged,
    blocked:
      asRoot || sudo !== null ? null : "Installing needs root, and there is no sudo here. As root, run:",
  };
}

async function findManager({ processes, platform }: SetupWorld): Promise<Manager | null> {
  for (const manager of managers) {
    if (manager.platforms.includes(platform) && (await processes.find(manager.program)) !== null)
      return manager;
  }
  return null;
}
