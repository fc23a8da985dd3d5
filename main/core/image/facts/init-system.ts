import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readBsdRc } from "./init/bsd-rc.ts";
import { readScriptLinks } from "./init/script-links.ts";
import { readSystemd } from "./init/systemd.ts";
import type { UnitSetting } from "./init/unit-file.ts";

/** Which services a system starts by itself, whatever starts them. Asked for by systemd's names. */
export interface InitSystem {
  readonly kind: "systemd" | "openrc" | "runit" | "s6" | "bsd-rc" | "sysv";
  /** The unit's or script's file; null when there is none. */
  unitPath(unit: string): Promise<string | null>;
  /** The file or link that starts it at boot; null when nothing does. */
  enabledBy(unit: string): Promise<string | null>;
  /** The same with the line where a line says so: a preset, rc.conf. */
  startedBy(unit: string): Promise<Where | null>;
  /** The mask that keeps it from starting although it may be enabled; null when there is none. */
  maskedBy(unit: string): Promise<string | null>;
  /** A condition that does not hold or a drop-in that takes its command away; null when nothing is in the way. */
  heldBackBy(unit: string): Promise<Where | null>;
  /** A unit's settings after its drop-ins; empty without systemd. */
  settingsOf(unit: string): Promise<readonly UnitSetting[]>;
  /** systemd.generator(7) by its file name: its path, when it is there and not masked. */
  generatorPath(name: string): Promise<string | null>;
  /** Names of all units that are started at boot. */
  enabledUnits(): Promise<readonly string[]>;
}

const systemdPaths = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];

/** `commandLine`: the kernel's, where `systemd.unit=`, `systemd.mask=` and `systemd.wants=` count. */
export async function readInitSystem(tree: FileTree, commandLine = ""): Promise<InitSystem> {
  for (const path of systemdPaths) {
    if ((await tree.stat(path)) !== null) return readSystemd(tree, commandLine);
  }
  if ((await tree.stat("/sbin/openrc")) !== null || (await tree.stat("/etc/runlevels")) !== null)
    return readScriptLinks(tree, "openrc");
  if ((await tree.stat("/etc/defaults/rc.conf")) !== null || (await tree.stat("/etc/rc.subr")) !== null)
    return readBsdRc(tree);
  if ((await tree.stat("/etc/runit")) !== null) return readScriptLinks(tree, "runit");
  if ((await tree.stat("/etc/s6-rc")) !== null || (await tree.stat("/etc/s6-linux-init")) !== null)
    return readScriptLinks(tree, "s6");
  return readScriptLinks(tree, "sysv");
}
