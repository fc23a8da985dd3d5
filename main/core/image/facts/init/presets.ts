import type { Where } from "#contract/where.ts";
import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import { matchesGlob } from "./glob.ts";
import { systemdFolders } from "./unit-folders.ts";

export interface Preset {
  readonly verb: "enable" | "disable";
  readonly pattern: string;
  readonly where: Where;
}

const maxFiles = 100;
const maxPresets = 5000;

/**
 * systemd.preset(5): files of all folders together sorted by name, one name counts from the first folder that has
 * it, the first line that matches decides.
 */
export async function readPresets(tree: FileTree): Promise<Preset[]> {
  const byName = new Map<string, string>();
  for (const folder of await systemdFolders(tree, "system-preset")) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (name.endsWith(".preset") && !byName.has(name)) byName.set(name, `${folder}/${name}`);
    }
  }
  const files = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxFiles);
  const presets: Preset[] = [];
  for (const [, path] of files) {
    if ((await tree.stat(path))?.kind !== "file") continue; // /dev/null hides a file of a lower folder
    for (const { line, text } of await readLines(tree, path)) {
      const [verb, pattern = ""] = text.split(/\s+/);
      if ((verb !== "enable" && verb !== "disable") || pattern === "") continue;
      if (presets.length < maxPresets)
        presets.push({ verb, pattern, where: { path: printable(path), line } });
    }
  }
  return presets;
}

/** The line that decides on a unit; null when none matches, and then the unit is enabled. */
export const presetFor = (presets: readonly Preset[], unit: string): Preset | null =>
  presets.find(({ pattern }) => matchesGlob(pattern, unit)) ?? null;

/**
 * machine-id(5): without the file or with `uninitialized` in it the next boot is the first, and systemd applies
 * the presets (only those that enable). An empty file does not make a first boot.
 */
export async function isFirstBoot(tree: FileTree, commandLine: string): Promise<boolean> {
  const forced = /(?:^|\s)systemd\.condition[-_]first[-_]boot=(\S+)/.exec(commandLine)?.[1];
  if (forced !== undefined) return /^(?:1|y|yes|t|true|on)$/i.test(forced);
  const text =
    (await tree.stat("/etc/machine-id"))?.kind === "file"
      ? await tree.readText("/etc/machine-id", 4096)
      : null;
  return text === null || text.trim() === "uninitialized";
}
