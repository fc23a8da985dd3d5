import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { DirectoryEntry } from "#core/image/filesystem/filesystem.ts";
import { readUnitFile, type UnitSetting } from "./unit-file.ts";

/** systemd.unit(5), highest priority first; /run is empty in an image. */
const parents = ["/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd"];
const maxDropIns = 50;
const maxLinkFolders = 500;

/** `sshd@abc.service` -> `sshd@.service`; null when it is no instance. */
const templateOf = (unit: string): string | null => {
  const match = /^([^@]+@)[^.]+(\.[a-z]+)$/.exec(unit);
  return match === null ? null : `${match[1]}${match[2]}`;
};

export interface UnitFolders {
  /** The file that counts for a unit, by the folders' priority; null when there is none. */
  locate(unit: string): { readonly path: string; readonly kind: DirectoryEntry["kind"] } | null;
  /** The name behind an alias link. */
  canonical(unit: string): Promise<string>;
  maskedBy(unit: string): Promise<string | null>;
  /** The unit's file followed by its drop-ins in the order in which they count. */
  settingsOf(unit: string): Promise<readonly UnitSetting[]>;
  /** Links in `*.wants`, `*.requires`, `*.upholds`. */
  readonly links: readonly { readonly from: string; readonly unit: string; readonly path: string }[];
}

/** Folders whose own path is a link to another of them are the same folder: /lib on a merged system. */
export async function systemdFolders(tree: FileTree, below: string): Promise<string[]> {
  const isMerged = (await tree.readLink("/lib")) !== null;
  return parents.filter((parent) => !isMerged || !parent.startsWith("/lib/")).map((p) => `${p}/${below}`);
}

export async function readUnitFolders(tree: FileTree): Promise<UnitFolders> {
  const folders = await systemdFolders(tree, "system");
  const listings = await Promise.all(folders.map((folder) => tree.readDirectory(folder)));
  const files = new Map<string, { path: string; kind: DirectoryEntry["kind"] }>();
  const dropInFolders = new Map<string, string[]>();
  const linkFolders: { from: string; path: string }[] = [];
  for (const [index, listing] of listings.entries()) {
    for (const { name, kind } of listing) {
      const path = `${folders[index] ?? ""}/${name}`;
      const dependency = /^(.+)\.(?:wants|requires|upholds)$/.exec(name)?.[1];
      if (dependency !== undefined) linkFolders.push({ from: dependency, path });
      else if (name.endsWith(".d")) dropInFolders.set(name, [...(dropInFolders.get(name) ?? []), path]);
      else if (!files.has(name)) files.set(name, { path, kind });
    }
  }
  const links = await Promise.all(
    linkFolders
      .slice(0, maxLinkFolders)
      .map(async ({ from, path }) =>
        (await tree.readDirectory(path)).map(({ name }) => ({ from, unit: name, path: `${path}/${name}` })),
      ),
  );
  const locate: UnitFolders["locate"] = (unit) =>
    files.get(unit) ?? files.get(templateOf(unit) ?? "") ?? null;

  async function canonical(unit: string): Promise<string> {
    const found = files.get(unit);
    if (found === undefined || found.kind === "file" || found.kind === "directory") return unit;
    const target = await tree.readLink(found.path);
    if (target === null || target === "/dev/null") return unit;
    const name = target.slice(target.lastIndexOf("/") + 1);
    const template = templateOf(unit);
    return name === "" || name === template ? unit : name;
  }

  /** A drop-in with the same name counts once, from the first folder that has it; then by name. */
  async function dropInsOf(unit: string): Promise<string[]> {
    const type = unit.slice(unit.lastIndexOf(".") + 1);
    const names = [`${unit}.d`, ...(templateOf(unit) === null ? [] : [`${templateOf(unit)}.d`]), `${type}.d`];
    const byName = new Map<string, string>();
    for (const folder of names.flatMap((name) => dropInFolders.get(name) ?? [])) {
      for (const { name } of await tree.readDirectory(folder)) {
        if (name.endsWith(".conf") && !byName.has(name)) byName.set(name, `${folder}/${name}`);
      }
    }
    return [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, path]) => path)
      .slice(0, maxDropIns);
  }

  return {
    locate,
    canonical,
    links: links.flat(),
    async maskedBy(unit) {
      const found = files.get(unit);
      if (found === undefined) return null;
      const entry = await tree.lstat(found.path);
      const isMask = entry?.kind === "symlink" && (await tree.readLink(found.path)) === "/dev/null";
      return isMask || (entry?.kind === "file" && entry.sizeBytes === 0) ? found.path : null;
    },
    async settingsOf(unit) {
      const found = locate(unit);
      const paths = [...(found === null ? [] : [found.path]), ...(await dropInsOf(unit))];
      return (await Promise.all(paths.map((path) => readUnitFile(tree, path)))).flat();
    },
  };
}
