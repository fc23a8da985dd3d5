import type { z } from "zod";
import type { DeviceNameKindSchema, FstabEntryFacts } from "#contract/facts-disk.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { isNamedBy } from "./root-tree.ts";
import { readLines } from "./text-lines.ts";
import type { Volume } from "./volume.ts";

type DeviceNameKind = z.infer<typeof DeviceNameKindSchema>;

const maxEntries = 200;
const networkTypes =
  /^(?:nfs4?|cifs|smb3|smbfs|sshfs|fuse\.sshfs|ceph|glusterfs|9p|davfs|lustre|ocfs2|gfs2)$/;
const virtualTypes =
  /^(?:tmpfs|proc|sysfs|devpts|devtmpfs|overlay|cgroup2?|debugfs|tracefs|securityfs|hugetlbfs|mqueue|efivarfs|binfmt_misc|configfs|fusectl|ramfs|virtiofs|none|aufs|fdescfs|linprocfs)$/;

/** /etc/fstab, entry by entry; null when there is no such file. `volumes`: all partitions and logical volumes. */
export async function readFstab(
  tree: FileTree,
  volumes: readonly Volume[],
): Promise<FstabEntryFacts[] | null> {
  if ((await tree.stat("/etc/fstab"))?.kind !== "file") return null;
  const entries: FstabEntryFacts[] = [];
  for (const { line, text } of (await readLines(tree, "/etc/fstab")).slice(0, maxEntries)) {
    const [spec, mountPoint, type = "auto", options = "defaults"] = text.split(/\s+/).map(unescape);
    if (spec === undefined || mountPoint === undefined) continue;
    const namedBy = kindOf(spec, type, options);
    entries.push({
      line,
      spec: printable(spec),
      namedBy,
      mountPoint: printable(mountPoint),
      type: printable(type, 40),
      options: options
        .split(",")
        .filter((option) => option !== "")
        .slice(0, 50)
        .map((option) => printable(option, 100)),
      inImage: await isInImage(tree, volumes, spec, namedBy),
    });
  }
  return entries;
}

/** getmntent(3): blanks, tabs, line ends and backslashes as octal numbers. */
const unescape = (field: string): string =>
  field.replace(/\\(040|011|012|134)/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );

function kindOf(spec: string, type: string, options: string): DeviceNameKind {
  const tag = /^(?:(UUID|LABEL|PARTUUID|PARTLABEL)=|\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/)/i.exec(
    spec,
  );
  const named = (tag?.[1] ?? tag?.[2])?.toLowerCase();
  if (named === "uuid" || named === "label" || named === "partuuid" || named === "partlabel") return named;
  if (networkTypes.test(type) || /^\/\/|^[\w.-]+:\//.test(spec)) return "network";
  if (
    spec.startsWith("/dev/mapper/") ||
    /^\/dev\/(?!disk\/|input\/|mapper\/|md\/|zvol\/)[\w.+-]+\/[\w.+-]+$/.test(spec)
  )
    return "lvm";
  if (spec.startsWith("/dev/")) return "device";
  if (/(?:^|,)r?bind(?:,|$)/.test(options)) return "other";
  return virtualTypes.test(type) ? "virtual" : "other";
}

/** A device's name depends on the machine, except for logical volumes and what identifies its own content. */
async function isInImage(
  tree: FileTree,
  volumes: readonly Volume[],
  spec: string,
  namedBy: DeviceNameKind,
): Promise<boolean | null> {
  if (namedBy === "uuid" || namedBy === "label" || namedBy === "partuuid" || namedBy === "partlabel") {
    return volumes.some((volume) => isNamedBy(volume, spec)) || hidden(volumes);
  }
  if (namedBy === "lvm") return isLogicalVolume(volumes, spec);
  if (namedBy === "device") return isKnownPartition(volumes, spec);
  // a swap file, or a folder that is bound to another place
  if (namedBy === "other" && spec.startsWith("/")) return (await tree.stat(spec)) !== null;
  return null;
}

/** What an encrypted volume or a RAID holds is not seen: then nothing is missing for sure. */
const hidden = (volumes: readonly Volume[]): false | null =>
  volumes.some(({ found }) => ["crypto_LUKS", "linux_raid_member", "bcache"].includes(found?.type ?? ""))
    ? null
    : false;

/** `/dev/mapper/x` can be an opened LUKS volume as well: only a name in a group of the image is surely missing. */
function isLogicalVolume(volumes: readonly Volume[], spec: string): boolean | null {
  const logical = volumes.map((volume) => volume.logicalVolume).filter((volume) => volume !== null);
  const isSame = logical.some(
    ({ devicePath, group, name }) => spec === devicePath || spec === `/dev/${group}/${name}`,
  );
  if (isSame) return true;
  const mapped = (name: string): string => name.replaceAll("-", "--");
  const isInGroup = logical.some(
    ({ group }) => spec.startsWith(`/dev/mapper/${mapped(group)}-`) || spec.startsWith(`/dev/${group}/`),
  );
  return isInGroup ? false : null;
}

/** The first disk of a machine is this image, whatever it is called there; of other disks nothing is known. */
function isKnownPartition(volumes: readonly Volume[], spec: string): boolean | null {
  const isFirstDisk = /^\/dev\/(?:[hsv]da|xvda|nvme0n1p?|mmcblk0p?)\d*$/.test(spec);
  return isFirstDisk && volumes.some((volume) => isNamedBy(volume, spec)) ? true : null;
}
