import type { Volume } from "#core/image/facts/disk-layout.ts";
import { createFileTree } from "#core/image/filesystem/file-tree.ts";
import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { holdsDeployments, looksLikeRoot } from "./looks-like-root.ts";

/** A volume whose filesystem is open. */
export interface OpenVolume {
  readonly volume: Volume;
  readonly filesystem: Filesystem;
}

/** What may be the root of a system. */
export interface Candidate extends OpenVolume {
  /** Path of the btrfs subvolume; null for the whole filesystem. */
  readonly subvolume: string | null;
  /** The system is one of ostree's deployments inside. */
  readonly isOstree: boolean;
}

/** What installers call the subvolume of the root: Ubuntu and Arch, Fedora and NixOS, Debian, and others. */
const usualNames = ["@", "root", "@rootfs", "@root", "rootfs", "ROOT"];
/** Snapshots of snapper, Timeshift and others: they look like a root, but nothing boots them by default. */
const snapshotPath = /(?:^|\/)(?:\.snapshots|snapshots|timeshift-btrfs|@snapshots|btrbk_snapshots)(?:\/|$)/;
const maxSubvolumesTried = 64;

/** None, one, or several; of a btrfs filesystem the default subvolume alone when that is a root. */
export async function findCandidates({ volume, filesystem }: OpenVolume): Promise<Candidate[]> {
  const whole = await asCandidate(volume, filesystem);
  if (whole !== null) return [whole];
  if (filesystem.openSubvolume === undefined || filesystem.subvolumes === undefined) return [];
  const usual = await firstRoots(volume, filesystem, usualNames);
  if (usual.length > 0) return usual;
  const all = await filesystem.subvolumes();
  const isSnapshot = (path: string, isReadOnly: boolean): boolean => isReadOnly || snapshotPath.test(path);
  const [snapshots, others] = [true, false].map((wanted) =>
    all.filter((each) => isSnapshot(each.path, each.isReadOnly) === wanted).map((each) => each.path),
  );
  const found = await firstRoots(volume, filesystem, (others ?? []).slice(0, maxSubvolumesTried));
  if (found.length > 0) return found;
  const newestFirst = (snapshots ?? []).reverse().slice(0, maxSubvolumesTried);
  return (await firstRoots(volume, filesystem, newestFirst)).slice(0, 1);
}

async function firstRoots(
  volume: Volume,
  filesystem: Filesystem,
  paths: readonly string[],
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const path of paths) {
    const subvolume = (await filesystem.openSubvolume?.(path)) ?? null;
    const candidate = subvolume === null ? null : await asCandidate(volume, subvolume);
    if (candidate !== null) found.push(candidate);
  }
  return found;
}

async function asCandidate(volume: Volume, filesystem: Filesystem): Promise<Candidate | null> {
  const tree = createFileTree([{ path: "/", filesystem }]);
  const isRoot = await looksLikeRoot(tree);
  const isOstree = !isRoot && (await holdsDeployments(tree));
  return isRoot || isOstree
    ? { volume, filesystem, subvolume: filesystem.subvolume || null, isOstree }
    : null;
}
