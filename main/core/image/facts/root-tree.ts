import { createFileTree, type FileTree, type Mount } from "#core/image/filesystem/file-tree.ts";
import { attempt } from "./attempt.ts";
import { placeName, type Volume } from "./disk-layout.ts";
import { findCandidates, type Candidate, type OpenVolume } from "./root/candidates.ts";
import { chooseRoot, type Assembled } from "./root/choose-root.ts";
import { looksLikeUsr } from "./root/looks-like-root.ts";
import { findBootMount, readMounts } from "./root/mounts.ts";
import { ostreeMounts } from "./root/ostree.ts";

export { isNamedBy } from "./root/device-name.ts";

export interface RootTree {
  readonly volume: Volume;
  /** Path of the btrfs subvolume that is the root, without a slash in front; null where there is none. */
  readonly subvolume: string | null;
  /** All filesystems of the image at their places. */
  readonly tree: FileTree;
  /** FAT filesystems, each as a tree of its own. */
  readonly efiTrees: readonly FileTree[];
}

/** Opens what can be opened and finds the root filesystem; `root` is null when there is no operating system. */
export async function findRoot(
  volumes: readonly Volume[],
  notes: string[],
): Promise<{ root: RootTree | null; efiTrees: FileTree[] }> {
  const opened: OpenVolume[] = [];
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
  const candidates: Candidate[] = [];
  for (const each of opened) {
    if (each.filesystem.type === "vfat") continue;
    const found = await attempt(notes, placeName(each.volume), () => findCandidates(each));
    candidates.push(...(found ?? []));
  }
  const systems: (Assembled & { notes: string[] })[] = [];
  for (const candidate of candidates) {
    const own: string[] = [];
    const mounts = await mountsOf(candidate, opened, own);
    if (mounts.length > 0) systems.push({ candidate, tree: createFileTree(mounts), notes: own });
    else notes.push(...own);
  }
  const chosen = await chooseRoot(systems, efiTrees, notes);
  if (chosen === null) {
    await noteUsrPartitions(opened, notes);
    return { root: null, efiTrees };
  }
  notes.push(...(systems.find((system) => system === chosen)?.notes ?? []));
  const { volume, subvolume } = chosen.candidate;
  return { root: { volume, subvolume, tree: chosen.tree, efiTrees }, efiTrees };
}

/** The root first. Empty when there is nothing to start. */
async function mountsOf(
  candidate: Candidate,
  opened: readonly OpenVolume[],
  notes: string[],
): Promise<Mount[]> {
  const alone: Mount = { path: "/", filesystem: candidate.filesystem };
  const base = candidate.isOstree
    ? ((await attempt(notes, "The ostree deployment", () => ostreeMounts(candidate, opened, notes))) ?? [])
    : [alone];
  if (base.length === 0) return [];
  const mounts = [...base];
  const fstab = await attempt(notes, "/etc/fstab", () => readMounts(createFileTree(base), opened, notes));
  mounts.push(...(fstab ?? []).filter(({ path }) => path !== ""));
  if (!mounts.some(({ path }) => path === "/boot")) {
    const boot = await attempt(notes, "/boot", () => findBootMount(createFileTree(mounts), opened, notes));
    if (boot !== null) mounts.push(boot);
  }
  return mounts;
}

async function noteUsrPartitions(opened: readonly OpenVolume[], notes: string[]): Promise<void> {
  for (const { volume, filesystem } of opened) {
    const tree = createFileTree([{ path: "/", filesystem }]);
    if (await attempt(notes, placeName(volume), () => looksLikeUsr(tree)))
      notes.push(
        `${placeName(volume)} holds the /usr of a system whose root is made when it boots; such a system is not read here.`,
      );
  }
}
