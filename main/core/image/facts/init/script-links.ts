import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { InitSystem } from "./services.ts";

type Kind = "openrc" | "runit" | "s6" | "sysv";

/** Folders whose links start something at boot. */
const folders: Readonly<Record<Kind, readonly string[]>> = {
  openrc: ["/etc/runlevels/sysinit", "/etc/runlevels/boot", "/etc/runlevels/default"],
  runit: ["/etc/runit/runsvdir/default", "/etc/service", "/var/service"],
  s6: ["/etc/s6/adminsv/default/contents.d", "/etc/s6-rc/source/default/contents.d", "/run/service"],
  sysv: ["/etc/rcS.d", "/etc/rc2.d", "/etc/rc3.d", "/etc/rc5.d", "/etc/rc.d/rc3.d", "/etc/rc.d/rc5.d"],
};
const scripts: Readonly<Record<Kind, readonly string[]>> = {
  openrc: ["/etc/init.d", "/usr/local/etc/init.d"],
  runit: ["/etc/sv", "/etc/runit/sv"],
  s6: ["/etc/s6/sv", "/etc/s6-rc/source"],
  sysv: ["/etc/init.d", "/etc/rc.d/init.d", "/etc/rc.d"],
};

/** OpenRC, runit and s6 keep links by name, System V by `S20name`. */
export async function readScriptLinks(tree: FileTree, kind: Kind): Promise<InitSystem> {
  const links = new Map<string, string>();
  for (const folder of folders[kind]) {
    for (const entry of await tree.readDirectory(folder)) {
      const name = kind === "sysv" ? (/^S\d\d(.+)$/.exec(entry.name)?.[1] ?? null) : entry.name;
      if (name !== null && !links.has(name)) links.set(name, `${folder}/${entry.name}`);
    }
  }
  const scriptName = (unit: string): string => unit.replace(/\.service$/, "");
  const enabledBy = (unit: string): string | null => links.get(scriptName(unit)) ?? null;
  return {
    kind,
    enabledUnits: () => Promise.resolve([...links.keys()]),
    enabledBy: (unit) => Promise.resolve(enabledBy(unit)),
    startedBy: (unit) => {
      const path = enabledBy(unit);
      return Promise.resolve(path === null ? null : { path: printable(path), line: null });
    },
    async unitPath(unit) {
      for (const folder of scripts[kind]) {
        const path = `${folder}/${scriptName(unit)}`;
        const found = (await tree.stat(path))?.kind;
        if (found === "file") return path;
        if (found === "directory" && (await tree.stat(`${path}/run`))?.kind === "file") return `${path}/run`;
      }
      return null;
    },
    async maskedBy(unit) {
      // sv(8): a service with a file `down` waits for a hand
      const path = `${enabledBy(unit) ?? "/nonexistent"}/down`;
      return kind === "runit" && (await tree.stat(path)) !== null ? path : null;
    },
    heldBackBy: () => Promise.resolve(null),
    settingsOf: () => Promise.resolve([]),
    generatorPath: () => Promise.resolve(null),
  };
}
