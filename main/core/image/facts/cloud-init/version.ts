import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { maxConfigBytes } from "#core/image/facts/text-lines.ts";

/** dpkg's database of a large desktop has about 10 MiB. */
const maxStatusBytes = 64 * 1024 ** 2;
const chunkBytes = 1024 ** 2;
const pythonFolders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];

/** Presence and version of cloud-init; null when it is not installed. */
export async function readCloudInitVersion(tree: FileTree): Promise<{ version: string | null } | null> {
  const fromDpkg = await dpkgVersion(tree, "cloud-init");
  if (fromDpkg !== null) return { version: fromDpkg };
  const fromPython = await pythonVersion(tree);
  if (fromPython !== null) return { version: fromPython };
  for (const path of ["/usr/bin/cloud-init", "/usr/local/bin/cloud-init"]) {
    if ((await tree.stat(path)) !== null) return { version: null };
  }
  return null;
}

/** Finds one stanza of /var/lib/dpkg/status without holding the whole file. */
export async function dpkgVersion(tree: FileTree, name: string): Promise<string | null> {
  const file = await tree.openFile("/var/lib/dpkg/status");
  if (file === null) return null;
  let rest = "";
  for (let at = 0; at < Math.min(file.sizeBytes, maxStatusBytes); at += chunkBytes) {
    rest += (await file.read(at, chunkBytes)).toString("latin1");
    const stanzas = rest.split("\n\n");
    rest = stanzas.pop() ?? "";
    if (rest.length > chunkBytes) rest = ""; // no stanza is that long
    const found = stanzas.find((stanza) => stanza.startsWith(`Package: ${name}\n`));
    if (found !== undefined) return installedVersion(found);
  }
  return rest.startsWith(`Package: ${name}\n`) ? installedVersion(rest) : null;
}

/** A removed package whose settings are left has a stanza as well. */
function installedVersion(stanza: string): string | null {
  if (!/^Status: \S+ \S+ installed$/m.test(stanza)) return null;
  return printable(/^Version: (.+)$/m.exec(stanza)?.[1] ?? "", 100) || null;
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
