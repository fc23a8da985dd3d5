import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { maxPackages, type PackageDatabase } from "./package-database.ts";

/** Package databases whose folder names say everything: pacman's and portage's. */

/** /var/lib/pacman/local/NAME-VERSION-RELEASE; a version has no dash (PKGBUILD(5)). */
export async function readPacman(tree: FileTree): Promise<PackageDatabase | null> {
  const folder = "/var/lib/pacman/local";
  if ((await tree.stat(folder))?.kind !== "directory") return null;
  const installed = new Map<string, string>();
  for (const { name } of await tree.readDirectory(folder)) {
    const [, found = "", version = ""] = /^(.+)-([^-]+-[^-]+)$/.exec(name) ?? [];
    if (found !== "" && installed.size < maxPackages) installed.set(found, version);
  }
  return {
    facts: { manager: "pacman", database: null, installedCount: installed.size },
    versionOf: (name) => Promise.resolve(installed.get(name) ?? null),
  };
}

const maxCategories = 500;

/** /var/db/pkg/CATEGORY/NAME-VERSION[-rREVISION]: the Package Manager Specification, section 3.2. */
export async function readPortage(tree: FileTree): Promise<PackageDatabase | null> {
  const folder = "/var/db/pkg";
  const categories = (await tree.readDirectory(folder)).map((entry) => entry.name).filter(isCategory);
  if (categories.length === 0) return null;
  const installed = new Map<string, string>();
  let count = 0;
  for (const category of categories.slice(0, maxCategories)) {
    for (const { name } of await tree.readDirectory(`${folder}/${category}`)) {
      const [, found = "", version = ""] = /^([\w+][\w+-]*?)-(\d[^-]*(?:-r\d+)?)$/.exec(name) ?? [];
      if (found === "" || count >= maxPackages) continue;
      count++;
      installed.set(found, version);
    }
  }
  return {
    facts: { manager: "portage", database: null, installedCount: count },
    versionOf: (name) => Promise.resolve(installed.get(name) ?? null),
  };
}

/** `app-emulation`; `virtual` is the only one without a dash. */
const isCategory = (name: string): boolean => /^(?:[a-z\d]+-[a-z\d-]+|virtual)$/.test(name);
