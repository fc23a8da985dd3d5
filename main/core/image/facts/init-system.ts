import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readBsdRc } from "./init/bsd-rc.ts";
import { readScriptLinks } from "./init/script-links.ts";
import { readSystemd } from "./init/systemd.ts";
import type { InitSystem } from "./init/services.ts";

export type { InitSystem } from "./init/services.ts";

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
