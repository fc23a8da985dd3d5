import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { openSqlite } from "#core/image/facts/packages/sqlite/sqlite-database.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { identify } from "./header.ts";
import type { HeaderStore } from "./header-store.ts";

const maxNameRowBytes = 4096;

/**
 * rpmdb.sqlite (lib/backend/sqlite.c): table Packages (hnum, blob); table Name (key, hnum, idx) has a row for
 * each package and an index by key, Name_key_idx. null when there is no such file.
 */
export async function openRpmSqlite(tree: FileTree, path: string): Promise<HeaderStore | null> {
  const database = await openSqlite(tree, path);
  if (database === null) return null;
  if (!database.hasTable("Packages") || !database.hasTable("Name")) {
    throw unreadable(`${path} has no tables of rpm`);
  }
  return {
    form: "sqlite",
    installedCount: await database.countRows("Name"),
    versionOf: async (name) => {
      const rows = (await database.rowsByIndex("Name", "Name_key_idx", name, maxNameRowBytes)) ?? [];
      const packages = rows.map((row) => row.values[1]).filter((hnum) => typeof hnum === "number");
      const newest = packages.length === 0 ? null : Math.max(...packages);
      if (newest === null) return null;
      const identity = await identify(async (lengthBytes) => {
        // the id and the record's own header come before the blob
        const row = await database.rowById("Packages", newest, lengthBytes + 32);
        const blob = row?.values[1];
        return Buffer.isBuffer(blob) ? blob.subarray(0, lengthBytes) : Buffer.alloc(0);
      });
      return identity?.version ?? null;
    },
  };
}
