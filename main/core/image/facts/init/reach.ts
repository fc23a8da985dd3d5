import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { UnitFolders } from "./unit-folders.ts";
import { wordsOf } from "./unit-file.ts";

/** What systemd's own targets pull in (bootup(7), systemd.special(7)); other units say it in their files. */
const standard: Readonly<Record<string, readonly string[]>> = {
  "graphical.target": ["multi-user.target"],
  "multi-user.target": ["basic.target", "getty.target", "remote-fs.target", "network-online.target"],
  "basic.target": ["sysinit.target", "sockets.target", "timers.target", "paths.target", "slices.target"],
  "sysinit.target": ["local-fs.target", "swap.target", "cryptsetup.target", "first-boot-complete.target"],
  "rescue.target": ["sysinit.target"],
  "runlevel5.target": ["graphical.target"],
  "runlevel3.target": ["multi-user.target"],
};
const maxReached = 3000;

/** The target of the boot: `systemd.unit=` of the kernel, then default.target's link, then graphical.target. */
export async function defaultTarget(
  tree: FileTree,
  units: UnitFolders,
  commandLine: string,
): Promise<string> {
  const asked = [...commandLine.matchAll(/(?:^|\s)systemd\.unit=(\S+)/g)].at(-1)?.[1];
  if (asked !== undefined) return asked;
  const found = units.locate("default.target");
  if (found === null) return "graphical.target";
  const target = await tree.readLink(found.path);
  return target === null ? "default.target" : target.slice(target.lastIndexOf("/") + 1);
}

/**
 * Units that the boot pulls in, each with the link that does; a target that is only implied has none. Device
 * units count: `x.device.wants` starts when the device appears.
 */
export async function reachFrom(
  target: string,
  units: UnitFolders,
  extra: readonly (readonly [unit: string, path: string])[],
): Promise<ReadonlyMap<string, string | null>> {
  const bySource = new Map<string, { unit: string; path: string }[]>();
  for (const link of units.links) {
    const from = link.from === "default.target" ? target : await units.canonical(link.from);
    bySource.set(from, [...(bySource.get(from) ?? []), link]);
  }
  const reached = new Map<string, string | null>([[target, null]]);
  const ahead = [target];
  const add = (unit: string, path: string | null): void => {
    if (reached.size >= maxReached) return;
    if (reached.has(unit)) {
      if (reached.get(unit) === null && path !== null) reached.set(unit, path);
      return;
    }
    reached.set(unit, path);
    ahead.push(unit);
  };
  for (const [unit, path] of extra) add(unit, path);
  for (const [from, links] of bySource) {
    if (!from.endsWith(".device")) continue;
    for (const { unit, path } of links) add(await units.canonical(unit), path);
  }
  for (let unit = ahead.shift(); unit !== undefined; unit = ahead.shift()) {
    if ((await units.maskedBy(unit)) !== null) continue;
    for (const link of bySource.get(unit) ?? []) add(await units.canonical(link.unit), link.path);
    for (const next of standard[unit] ?? []) add(next, null);
    if (unit.endsWith(".target") && standard[unit] === undefined) {
      const path = units.locate(unit)?.path ?? null;
      const settings = path === null ? [] : await units.settingsOf(unit);
      for (const key of ["Wants", "Requires", "BindsTo", "Upholds"]) {
        for (const next of wordsOf(settings, key)) add(await units.canonical(next), path);
      }
    }
  }
  return reached;
}
