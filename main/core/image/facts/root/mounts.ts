import { readLines } from "#core/image/facts/text-lines.ts";
import { createFileTree, type FileTree, type Mount } from "#core/image/filesystem/file-tree.ts";
import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { printable } from "#core/image/source/binary.ts";
import { placeName } from "#core/image/facts/disk-layout.ts";
import type { OpenVolume } from "./candidates.ts";
import { isNamedBy } from "./device-name.ts";

/** Places where something is looked for: it is told when one of them is missing. */
const wanted = /^\/(?:boot|boot\/efi|efi|usr|var|var\/lib|etc|home|root)$/;
const withoutDevice = ["tmpfs", "nfs", "nfs4", "overlay", "none", "swap", "proc", "sysfs", "devpts", "bind"];
const maxLines = 200;

/** What /etc/fstab of a root mounts, as far as it lies in the image. */
export async function readMounts(
  root: FileTree,
  opened: readonly OpenVolume[],
  notes: string[],
): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const { text } of (await readLines(root, "/etc/fstab")).slice(0, maxLines)) {
    const [spec = "", rawPath = "", type = "", options = ""] = text.split(/\s+/);
    const path = rawPath.replace(/\/+$/, "");
    if (!path.startsWith("/") || withoutDevice.includes(type)) continue;
    const found = opened.find(({ volume }) => isNamedBy(volume, spec));
    const filesystem = found === undefined ? null : await subvolumeOf(found.filesystem, options.split(","));
    if (filesystem !== null) mounts.push({ path, filesystem });
    else if (wanted.test(path))
      notes.push(`${path} is on ${printable(spec, 80)}, which is not in the image or not readable.`);
  }
  return mounts;
}

/** btrfs(5): `subvolid=` counts when both are given and agree; names start at the top level. */
async function subvolumeOf(filesystem: Filesystem, options: readonly string[]): Promise<Filesystem | null> {
  const valueOf = (name: string): string | undefined =>
    options.findLast((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  const path = valueOf("subvol");
  const id = valueOf("subvolid");
  if (filesystem.openSubvolume === undefined) return filesystem;
  if (path !== undefined) return filesystem.openSubvolume(path);
  return id !== undefined && /^\d{1,15}$/.test(id) ? filesystem.openSubvolume(Number(id)) : filesystem;
}

const bootFiles = ["/loader/entries", "/grub2/grub.cfg", "/grub/grub.cfg", "/extlinux/extlinux.conf"];

/**
 * A boot partition that fstab does not name: systemd and ostree find theirs by type or label. Only where the
 * root's own /boot is empty.
 */
export async function findBootMount(
  root: FileTree,
  opened: readonly OpenVolume[],
  notes: string[],
): Promise<Mount | null> {
  if ((await root.readDirectory("/boot")).length > 0) return null;
  const ordered = [...opened].sort((a, b) => rank(a) - rank(b));
  for (const { volume, filesystem } of ordered) {
    const tree = createFileTree([{ path: "/", filesystem }]);
    for (const path of bootFiles) {
      if ((await tree.stat(path)) === null) continue;
      notes.push(
        `/etc/fstab does not name /boot; ${placeName(volume)} holds a boot menu and was taken for it.`,
      );
      return { path: "/boot", filesystem };
    }
  }
  return null;
}

/** The EFI system partition last: it is /boot only where there is no better one. */
const rank = ({ filesystem }: OpenVolume): number => (filesystem.type === "vfat" ? 1 : 0);
