import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { createFileTree, type FileTree, type Mount } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { attempt } from "./attempt.ts";
import { placeName, type Volume } from "./disk-layout.ts";
import { readLines } from "./text-lines.ts";

export interface RootTree {
  readonly volume: Volume;
  /** All filesystems of the image at their places. */
  readonly tree: FileTree;
  /** FAT filesystems, each as a tree of its own. */
  readonly efiTrees: readonly FileTree[];
}

interface Opened {
  readonly volume: Volume;
  readonly filesystem: Filesystem;
}

/** Opens what can be opened and finds the root filesystem; `root` is null when there is no operating system. */
export async function findRoot(
  volumes: readonly Volume[],
  notes: string[],
): Promise<{ root: RootTree | null; efiTrees: FileTree[] }> {
  const opened: Opened[] = [];
  for (const volume of volumes) {
    const open = volume.found?.open ?? null;
    if (open === null) continue;
    const filesystem = await attempt(notes, placeName(volume), open);
    if (filesystem === null) continue;
    opened.push({ volume, filesystem });
    notes.push(...filesystem.notes);
  }
  const efi = opened.filter(({ filesystem }) => filesystem.type === "vfat");
  const efiTrees = efi.map(({ filesystem }) => createFileTree([{ path: "/", filesystem }]));
  const candidates = opened.filter(({ filesystem }) => filesystem.type !== "vfat");
  for (const candidate of candidates) {
    const alone = createFileTree([{ path: "/", filesystem: candidate.filesystem }]);
    const isRoot = await attempt(notes, placeName(candidate.volume), () => looksLikeRoot(alone));
    if (isRoot !== true) continue;
    const mounts = (await attempt(notes, "/etc/fstab", () => readMounts(alone, opened, notes))) ?? [];
    const tree = createFileTree([{ path: "/", filesystem: candidate.filesystem }, ...mounts]);
    return { root: { volume: candidate.volume, tree, efiTrees }, efiTrees };
  }
  return { root: null, efiTrees };
}

async function looksLikeRoot(tree: FileTree): Promise<boolean> {
  for (const path of ["/etc/os-release", "/usr/lib/os-release", "/etc/fstab", "/etc/passwd"]) {
    if ((await tree.lstat(path)) !== null) return true;
  }
  return false;
}

/** Only places where something is looked for; the rest of fstab is no concern here. */
const mountPoints = /^\/(?:boot|boot\/efi|efi|usr|var|var\/lib|etc|home|root)$/;

async function readMounts(root: FileTree, opened: readonly Opened[], notes: string[]): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const { text } of (await readLines(root, "/etc/fstab")).slice(0, 200)) {
    const [spec = "", path = "", type = ""] = text.split(/\s+/);
    if (!mountPoints.test(path) || ["tmpfs", "nfs", "nfs4", "overlay", "none"].includes(type)) continue;
    const found = opened.find((candidate) => isNamedBy(candidate.volume, spec));
    if (found === undefined)
      notes.push(`${path} is on ${printable(spec, 80)}, which is not in the image or not readable.`);
    else mounts.push({ path, filesystem: found.filesystem });
  }
  return mounts;
}

/** fstab(5): UUID=, LABEL=, PARTUUID=, PARTLABEL=, or a device such as /dev/sda2 or /dev/disk/by-uuid/…. */
export function isNamedBy({ partition, found }: Volume, spec: string): boolean {
  const byPath = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/.exec(spec);
  const byTag = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]+)"?$/i.exec(spec);
  const [, tag = "", value = ""] = byPath ?? byTag ?? [];
  if (tag !== "") {
    const own = {
      uuid: found?.uuid,
      label: found?.label,
      partuuid: partition.partUuid,
      partlabel: partition.name,
    }[tag.toLowerCase()];
    return (own ?? "").toLowerCase() === value.toLowerCase();
  }
  const number = /^\/dev\/(?:[hsv]d[a-z]|xvd[a-z]|nvme\d+n\d+p|mmcblk\d+p)(\d+)$/.exec(spec)?.[1];
  return number !== undefined && Number(number) === partition.number;
}
