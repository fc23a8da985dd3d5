import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { maxPackages, type PackageDatabase } from "./package-database.ts";
import { eachStanza, fieldOf } from "./stanzas.ts";

const maxStatusFileBytes = 256 * 1024;

/** dpkg(1): /var/lib/dpkg/status; distroless images have one file a package in status.d. null: neither is there. */
export async function readDpkg(tree: FileTree): Promise<PackageDatabase | null> {
  const installed = new Map<string, string>();
  const status = await tree.openFile("/var/lib/dpkg/status");
  if (status !== null) {
    await eachStanza(status, (stanza) => {
      // "Status: want flags state"; a removed package whose settings are left has a stanza as well
      if (fieldOf(stanza, "Status: ")?.endsWith(" installed") === true) note(installed, stanza);
    });
  }
  const folder = "/var/lib/dpkg/status.d";
  const names = (await tree.readDirectory(folder)).map((entry) => entry.name).slice(0, maxPackages);
  for (const name of names.filter((file) => !file.endsWith(".md5sums"))) {
    const path = `${folder}/${name}`;
    if ((await tree.stat(path))?.kind !== "file") continue;
    note(
      installed,
      (await (await tree.openFile(path))?.read(0, maxStatusFileBytes))?.toString("latin1") ?? "",
    );
  }
  if (status === null && names.length === 0) return null;
  return {
    facts: { manager: "dpkg", database: null, installedCount: installed.size },
    versionOf: (name) => Promise.resolve(versionIn(installed, name)),
  };
}

/** One package may be installed for several architectures: each counts. */
function note(installed: Map<string, string>, stanza: string): void {
  const name = fieldOf(stanza, "Package: ");
  const version = fieldOf(stanza, "Version: ");
  if (name === null || version === null || installed.size >= maxPackages) return;
  installed.set(installed.has(name) ? `${name}:${fieldOf(stanza, "Architecture: ") ?? ""}` : name, version);
}

const versionIn = (installed: ReadonlyMap<string, string>, name: string): string | null =>
  installed.get(name) ?? null;
