import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readApk } from "./apk.ts";
import { readDpkg } from "./dpkg.ts";
import { readFreebsdPkg } from "./freebsd-pkg.ts";
import { readPacman, readPortage } from "./folders.ts";
import type { PackageDatabase } from "./package-database.ts";
import { readRpm } from "./rpm/read-rpm.ts";

const readers = [readDpkg, readRpm, readApk, readPacman, readFreebsdPkg, readPortage];

/**
 * The package database of a system; null when it has none. A system may carry the tools, and so an empty
 * database, of a foreign package manager: the first one that holds packages counts.
 */
export async function readPackages(tree: FileTree): Promise<PackageDatabase | null> {
  let empty: PackageDatabase | null = null;
  for (const read of readers) {
    const database = await read(tree);
    if (database === null) continue;
    if (database.facts.installedCount !== 0) return shown(database);
    empty ??= database;
  }
  return empty;
}

const shown = (database: PackageDatabase): PackageDatabase => ({
  ...database,
  versionOf: async (name) => printable((await database.versionOf(name)) ?? "", 100) || null,
});
