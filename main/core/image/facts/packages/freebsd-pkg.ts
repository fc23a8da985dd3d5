import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { PackageDatabase } from "./package-database.ts";
import { openSqlite } from "./sqlite/sqlite-database.ts";

/** The name and the version come long before the end of the columns. */
const maxRowBytes = 4096;

/** FreeBSD's pkg(8): table `packages` of /var/db/pkg/local.sqlite. */
export async function readFreebsdPkg(tree: FileTree): Promise<PackageDatabase | null> {
  const database = await openSqlite(tree, "/var/db/pkg/local.sqlite");
  if (database === null || !database.hasTable("packages")) return null;
  const columns = database.columns("packages");
  const [nameAt, versionAt] = [columns.indexOf("name"), columns.indexOf("version")];
  return {
    facts: { manager: "pkg", database: "sqlite", installedCount: await database.countRows("packages") },
    versionOf: async (name) => {
      let version: string | null = null;
      await database.eachRow("packages", maxRowBytes, ({ values }) => {
        const found = values[versionAt];
        if (values[nameAt] === name && typeof found === "string") version = found;
      });
      return version;
    },
  };
}
