import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { PackageDatabase } from "#core/image/facts/packages/package-database.ts";
import { maxConfigBytes } from "#core/image/facts/text-lines.ts";

const pythonFolders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/** Presence and version of cloud-init; null when it is not installed. */
export async function readCloudInitVersion(
  tree: FileTree,
  packages: Pick<PackageDatabase, "versionOf"> | null,
): Promise<{ version: string | null } | null> {
  const fromPackage = (await packages?.versionOf("cloud-init")) ?? null;
  if (fromPackage !== null) return { version: fromPackage };
  const fromPython = await pythonVersion(tree);
  if (fromPython !== null) return { version: fromPython };
  for (const path of ["/usr/bin/cloud-init", "/usr/local/bin/cloud-init"]) {
    if ((await tree.stat(path)) !== null) return { version: null };
  }
  return null;
}

async function pythonVersion(tree: FileTree): Promise<string | null> {
  for (const folder of pythonFolders) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (!/^python\d/.test(name)) continue;
      for (const packages of ["dist-packages", "site-packages"]) {
        const path = `${folder}/${name}/${packages}/cloudinit/version.py`;
        if ((await tree.stat(path))?.kind !== "file") continue;
        const text = (await tree.readText(path, maxConfigBytes)) ?? "";
        const packaged = /^_PACKAGED_VERSION\s*=\s*["']([^"'@]+)["']/m.exec(text)?.[1];
        const version = packaged ?? /^__VERSION__\s*=\s*["']([^"']+)["']/m.exec(text)?.[1];
        if (version !== undefined) return printable(version, 100);
      }
    }
  }
  return null;
}
