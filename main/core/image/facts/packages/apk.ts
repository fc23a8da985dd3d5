import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { maxPackages, type PackageDatabase } from "./package-database.ts";
import { eachStanza, fieldOf } from "./stanzas.ts";

/** apk-tools 2 keeps its database in /lib, apk-tools 3 of a merged /usr in /usr/lib (apk-installed(5)). */
const databases = ["/usr/lib/apk/db/installed", "/lib/apk/db/installed"];

export async function readApk(tree: FileTree): Promise<PackageDatabase | null> {
  for (const path of databases) {
    const file = await tree.openFile(path);
    if (file === null) continue;
    const installed = new Map<string, string>();
    await eachStanza(file, (stanza) => {
      const name = fieldOf(stanza, "P:");
      const version = fieldOf(stanza, "V:");
      if (name !== null && version !== null && installed.size < maxPackages) installed.set(name, version);
    });
    return {
      facts: { manager: "apk", database: null, installedCount: installed.size },
      versionOf: (name) => Promise.resolve(installed.get(name) ?? null),
    };
  }
  return null;
}
