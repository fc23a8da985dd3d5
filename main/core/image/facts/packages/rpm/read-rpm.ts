import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { PackageDatabase } from "#core/image/facts/packages/package-database.ts";
import { openBerkeley } from "./berkeley.ts";
import { openNdb } from "./ndb.ts";
import { openRpmSqlite } from "./rpm-sqlite.ts";

/** Where rpm keeps its database: since Fedora 36 and SUSE 15.2; before; rpm-ostree's images. */
const folders = ["/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"];
/** After a change of the form the old file may be left; rpm uses the first of these that is there. */
const forms = [
  { file: "rpmdb.sqlite", open: openRpmSqlite },
  { file: "Packages.db", open: openNdb },
  { file: "Packages", open: openBerkeley },
];

export async function readRpm(tree: FileTree): Promise<PackageDatabase | null> {
  for (const folder of folders) {
    for (const { file, open } of forms) {
      const store = await open(tree, `${folder}/${file}`);
      if (store === null) continue;
      const facts = { manager: "rpm", database: store.form, installedCount: store.installedCount } as const;
      return { facts, versionOf: (name) => store.versionOf(name) };
    }
  }
  return null;
}
