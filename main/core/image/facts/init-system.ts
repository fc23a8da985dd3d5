import type { FileTree } from "#core/image/filesystem/file-tree.ts";

const systemdFolders = [
  "/etc/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/** Which services a system starts by itself, whatever starts them. */
export interface InitSystem {
  readonly kind: "systemd" | "openrc" | "sysv";
  /** The unit's or script's file; null when there is none. */
  unitPath(unit: string): Promise<string | null>;
  /** The link that starts it at boot; null when nothing does. */
  enabledBy(unit: string): Promise<string | null>;
  /** What keeps it from starting although it may be enabled; null when nothing does. */
  maskedBy(unit: string): Promise<string | null>;
  /** Names of all units that are started at boot. */
  enabledUnits(): Promise<readonly string[]>;
}

/** Asks for units by systemd's names; `.service` is dropped for the others. */
export async function readInitSystem(tree: FileTree): Promise<InitSystem> {
  for (const path of ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"]) {
    if ((await tree.stat(path)) !== null) return systemd(tree);
  }
  if ((await tree.stat("/sbin/openrc")) !== null || (await tree.stat("/etc/runlevels")) !== null) {
    return scripts(tree, "openrc", [
      "/etc/runlevels/sysinit",
      "/etc/runlevels/boot",
      "/etc/runlevels/default",
    ]);
  }
  return scripts(tree, "sysv", ["/etc/rcS.d", "/etc/rc2.d", "/etc/rc3.d", "/etc/rc5.d"]);
}

async function systemd(tree: FileTree): Promise<InitSystem> {
  const links = new Map<string, string>();
  for (const folder of systemdFolders) {
    for (const entry of await tree.readDirectory(folder)) {
      if (!/\.(?:wants|requires)$/.test(entry.name)) continue;
      for (const unit of await tree.readDirectory(`${folder}/${entry.name}`)) {
        if (!links.has(unit.name)) links.set(unit.name, `${folder}/${entry.name}/${unit.name}`);
      }
    }
  }
  return {
    kind: "systemd",
    enabledUnits: () => Promise.resolve([...links.keys()]),
    enabledBy: (unit) => Promise.resolve(links.get(unit) ?? null),
    unitPath: async (unit) => {
      for (const folder of systemdFolders) {
        if ((await tree.stat(`${folder}/${unit}`))?.kind === "file") return `${folder}/${unit}`;
      }
      return null;
    },
    maskedBy: async (unit) => {
      for (const folder of systemdFolders) {
        const path = `${folder}/${unit}`;
        const entry = await tree.lstat(path);
        if (entry === null) continue;
        const isMask = entry.kind === "symlink" && (await tree.readLink(path)) === "/dev/null";
        return isMask || (entry.kind === "file" && entry.sizeBytes === 0) ? path : null; // the first folder counts
      }
      return null;
    },
  };
}

/** OpenRC keeps links by name, System V by `S20name`. */
async function scripts(
  tree: FileTree,
  kind: "openrc" | "sysv",
  folders: readonly string[],
): Promise<InitSystem> {
  const links = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of await tree.readDirectory(folder)) {
      const name = kind === "openrc" ? entry.name : (/^S\d\d(.+)$/.exec(entry.name)?.[1] ?? null);
      if (name !== null && !links.has(name)) links.set(name, `${folder}/${entry.name}`);
    }
  }
  const scriptName = (unit: string): string => unit.replace(/\.service$/, "");
  return {
    kind,
    enabledUnits: () => Promise.resolve([...links.keys()]),
    enabledBy: (unit) => Promise.resolve(links.get(scriptName(unit)) ?? null),
    unitPath: async (unit) => {
      const path = `/etc/init.d/${scriptName(unit)}`;
      return (await tree.stat(path))?.kind === "file" ? path : null;
    },
    maskedBy: () => Promise.resolve(null),
  };
}
