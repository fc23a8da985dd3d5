import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { ConfigFile } from "./cloud-config.ts";

/** Names that installers give their files: subiquity, curtin, Anaconda, debian-installer, YaST, Calamares. */
const names =
  /^(?:\d+[-_])?(?:installer(?:-\w+)?|curtin-\S+|subiquity-\S+|anaconda\S*|live-installer\S*|debian-installer\S*|yast\S*|calamares\S*)\.(?:cfg|disabled)$/i;
const marks = /\b(?:subiquity|curtin|anaconda|debian-installer|calamares|autoinstall)\b/i;
const markLength = 400;

/** What an installer left in /etc/cloud: it was meant for this one machine. */
export async function readInstallerFiles(tree: FileTree, files: readonly ConfigFile[]): Promise<Where[]> {
  const found: Where[] = [];
  for (const { path, text } of files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isFromInstaller = names.test(name) || marks.test(text.slice(0, markLength));
    if (isFromInstaller && path !== "/etc/cloud/cloud.cfg") found.push({ path, line: null });
  }
  for (const path of ["/etc/cloud/cloud-init.disabled", "/etc/cloud/ds-identify.cfg"]) {
    if ((await tree.stat(path))?.kind !== "file") continue;
    const text = (await tree.readText(path, 64 * 1024)) ?? "";
    if (marks.test(text.slice(0, markLength)) || /\binstaller\b/i.test(text.slice(0, markLength)))
      found.push({ path: printable(path), line: null });
  }
  return found;
}
