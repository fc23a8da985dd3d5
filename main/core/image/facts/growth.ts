import type { CloudInitFacts } from "#contract/facts-provisioning.ts";
import type { FstabEntryFacts } from "#contract/facts-disk.ts";
import type { GrowthFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { CommandLine } from "./boot/boot-entries.ts";
import { readCloudConfig } from "./cloud-init/cloud-config.ts";
import type { InitSystem } from "./init-system.ts";
import type { Volume } from "./volume.ts";

/** What decides about growing, apart from the files. */
export interface GrowthContext {
  readonly tree: FileTree;
  readonly init: InitSystem;
  readonly cloudInit: Pick<CloudInitFacts, "enabledAtBoot" | "modules"> | null;
  readonly commandLine: CommandLine | null;
  readonly fstab: readonly FstabEntryFacts[];
  readonly root: Volume;
  readonly partitions: readonly Volume[];
}

const programFolders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];
/** Programs that make a filesystem larger while it is mounted. */
const resizers: Readonly<Record<string, string>> = {
  ext2: "resize2fs",
  ext3: "resize2fs",
  ext4: "resize2fs",
  xfs: "xfs_growfs",
  btrfs: "btrfs",
};

/** Who grows the root's partition and filesystem into a larger disk, and whether it could. */
export async function readGrowth(context: GrowthContext): Promise<GrowthFacts> {
  const [unit, growRoot] = await Promise.all([growingUnits(context), findGrowRoot(context.tree)]);
  const isWholeDisk = context.root.partition.number === 0 && context.root.logicalVolume === null;
  const partitionBy = isWholeDisk
    ? null // there is none
    : ((await cloudInitGrowsPartition(context)) ??
      (await repartGrows(context)) ??
      growRoot ??
      unit.partition);
  const filesystemBy =
    (await cloudInitGrowsFilesystem(context)) ?? (await growfsGrows(context)) ?? unit.filesystem;
  return { partitionBy, filesystemBy, rootIsLast: isLast(context) };
}

const hasProgram = async ({ tree }: GrowthContext, ...names: string[]): Promise<boolean> => {
  const paths = names.flatMap((name) => programFolders.map((folder) => `${folder}/${name}`));
  const found = await Promise.all(paths.map((path) => tree.stat(path)));
  return found.some((stat) => stat?.kind === "file");
};

const runsModule = ({ cloudInit }: GrowthContext, name: string): boolean =>
  cloudInit !== null &&
  cloudInit.enabledAtBoot &&
  cloudInit.modules.some((module) => module.replaceAll("-", "_") === name);

/** cc_growpart and cc_resizefs: settings that turn them off, and the file that growpart obeys. */
async function isTurnedOff(
  { tree, commandLine }: GrowthContext,
  module: "growpart" | "resizefs",
): Promise<boolean> {
  const config = await readCloudConfig(tree, commandLine);
  if (module === "resizefs")
    return config.flag("resize_rootfs") === false && config.text("resize_rootfs")?.value !== "noblock";
  if (/^(?:off|false)$/i.test(config.text("growpart", "mode")?.value ?? "")) return true;
  const isIgnored = config.flag("growpart", "ignore_growroot_disabled") === true;
  return !isIgnored && (await tree.stat("/etc/growroot-disabled")) !== null;
}

/** growpart of cloud-utils needs sfdisk or sgdisk, and cannot grow the partition below a logical volume. */
async function cloudInitGrowsPartition(context: GrowthContext): Promise<string | null> {
  if (!runsModule(context, "growpart") || context.root.logicalVolume !== null) return null;
  if (await isTurnedOff(context, "growpart")) return null;
  const hasTools = await Promise.all([
    hasProgram(context, "growpart"),
    hasProgram(context, "sfdisk", "sgdisk"),
  ]);
  return hasTools.every(Boolean) ? "cloud-init" : null;
}

async function cloudInitGrowsFilesystem(context: GrowthContext): Promise<string | null> {
  const resizer = resizers[context.root.found?.type ?? ""];
  if (!runsModule(context, "resizefs") || resizer === undefined || context.root.logicalVolume !== null)
    return null;
  if (await isTurnedOff(context, "resizefs")) return null;
  return (await hasProgram(context, resizer)) ? "cloud-init" : null;
}

/** repart.d(5): nothing is done without a definition. */
async function repartGrows({ tree, init }: GrowthContext): Promise<string | null> {
  const unit = "systemd-repart.service";
  if ((await init.unitPath(unit)) === null || (await init.maskedBy(unit)) !== null) return null;
  for (const folder of ["/etc/repart.d", "/usr/lib/repart.d", "/run/repart.d"]) {
    if ((await tree.readDirectory(folder)).some(({ name }) => name.endsWith(".conf")))
      return "systemd-repart";
  }
  return null;
}

/** systemd-growfs(8): by an option in fstab or by its unit. */
async function growfsGrows({ fstab, init }: GrowthContext): Promise<string | null> {
  const entry = fstab.find(({ mountPoint }) => mountPoint === "/");
  if (entry?.options.includes("x-systemd.growfs") === true) return "systemd-growfs";
  return (await init.enabledBy("systemd-growfs-root.service")) === null ? null : "systemd-growfs";
}

/** cloud-initramfs-growroot and dracut's growroot grow the partition before it is mounted. */
async function findGrowRoot(tree: FileTree): Promise<string | null> {
  const hook = "/usr/share/initramfs-tools/scripts/local-bottom/growroot";
  if ((await tree.stat(hook))?.kind === "file") return "growroot in the initramfs";
  const dracut = await tree.readDirectory("/usr/lib/dracut/modules.d");
  return dracut.some(({ name }) => /^\d+growroot$/.test(name)) ? "growroot in the initramfs" : null;
}

const growingName = /grow|resize|expand|repartition/i;
const notGrowing = /^systemd-|^cloud-|growfs|logrotate/;
const growsPartition = /\b(?:growpart|sfdisk|sgdisk|parted|fdisk|growroot)\b/;
const growsFilesystem = /\b(?:resize2fs|xfs_growfs|btrfs\s+filesystem\s+resize|btrfs\s+fi\s+resize|growfs)\b/;
const maxUnits = 10;
const maxScriptBytes = 64 * 1024;

/** A unit or script of the image's own, by its name and by what it runs. */
async function growingUnits({
  tree,
  init,
}: GrowthContext): Promise<{ partition: string | null; filesystem: string | null }> {
  const names = (await init.enabledUnits()).filter(
    (name) => growingName.test(name) && !notGrowing.test(name),
  );
  let partition: string | null = null;
  let filesystem: string | null = null;
  for (const name of names.slice(0, maxUnits)) {
    const path = await init.unitPath(name);
    const text = path === null ? "" : await textOf(tree, path);
    const script = /^[ \t]*ExecStart[ \t]*=[ \t]*[-@:+!|]*(?:\S*\/(?:ba|da)?sh\s+)?(\/\S+)/m.exec(text)?.[1];
    const all = `${text}\n${script === undefined ? "" : await textOf(tree, script)}`;
    if (growsPartition.test(all)) partition ??= name;
    if (growsFilesystem.test(all)) filesystem ??= name;
  }
  return { partition, filesystem };
}

async function textOf(tree: FileTree, path: string): Promise<string> {
  const file = await tree.openFile(path);
  return file === null ? "" : (await file.read(0, maxScriptBytes)).toString("latin1");
}

const extendedTypes = ["0x05", "0x0f", "0x85"];

/** Free space comes at the end of a larger disk: only the last partition can grow into it. */
function isLast({ root, partitions }: GrowthContext): boolean | null {
  const others = partitions.filter(({ partition }) => !extendedTypes.includes(partition.typeId));
  return others.every(({ partition }) => partition.startByte <= root.partition.startByte);
}
