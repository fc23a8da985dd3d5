import { readBootEntries } from "#core/image/facts/boot/boot-entries.ts";
import { createFileTree, type FileTree, type Mount } from "#core/image/filesystem/file-tree.ts";
import { subtree } from "#core/image/filesystem/subtree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { Candidate, OpenVolume } from "./candidates.ts";
import { deployments } from "./looks-like-root.ts";
import { findBootMount } from "./mounts.ts";

const deploymentPath = /^\/ostree\/deploy\/([^/]+)\/deploy\/[0-9a-f]{64}\.\d+$/;

/**
 * The system that an ostree filesystem boots (ostree-prepare-root(1)): `ostree=` of the first boot entry is a link
 * to the deployment, which becomes the root; the filesystem itself is at /sysroot, and /var is shared by all
 * deployments of one name. Empty when there is none.
 */
export async function ostreeMounts(
  { filesystem }: Candidate,
  opened: readonly OpenVolume[],
  notes: string[],
): Promise<Mount[]> {
  const alone: Mount = { path: "/", filesystem };
  const boot = await findBootMount(createFileTree([alone]), opened, []);
  const physical = createFileTree(boot === null ? [alone] : [alone, boot]);
  const path = (await fromBootMenu(physical)) ?? (await fromFolders(physical, notes));
  const root = path === null ? null : await subtree(filesystem, path);
  if (path === null || root === null) {
    notes.push("It is an ostree filesystem, but none of its deployments is complete.");
    return [];
  }
  notes.push(`The root is the ostree deployment ${printable(path)}.`);
  const stateroot = deploymentPath.exec(path)?.[1] ?? "";
  const variable = await subtree(filesystem, `${deployments}/${stateroot}/var`);
  const ownBoot = await subtree(filesystem, "/boot");
  const bootMount = boot ?? (ownBoot === null ? null : { path: "/boot", filesystem: ownBoot });
  return [
    { path: "/", filesystem: root },
    { path: "/sysroot", filesystem },
    ...(variable === null ? [] : [{ path: "/var", filesystem: variable }]),
    ...(bootMount === null ? [] : [bootMount]),
  ];
}

async function fromBootMenu(physical: FileTree): Promise<string | null> {
  for (const { commandLine } of await readBootEntries(physical)) {
    const link = /(?:^|\s)ostree=(\/\S+)/.exec(commandLine.text)?.[1];
    const path = link === undefined ? null : await physical.realPath(link);
    if (path !== null && deploymentPath.test(path)) return path;
  }
  return null;
}

async function fromFolders(physical: FileTree, notes: string[]): Promise<string | null> {
  const found: string[] = [];
  for (const { name } of (await physical.readDirectory(deployments)).slice(0, 64)) {
    const folder = `${deployments}/${name}/deploy`;
    const inside = (await physical.readDirectory(folder))
      .slice(0, 64)
      .map((entry) => `${folder}/${entry.name}`);
    for (const path of inside) {
      if (deploymentPath.test(path) && (await physical.stat(path))?.kind === "directory") found.push(path);
    }
  }
  if (found.length > 1)
    notes.push(
      `No boot menu tells which of the ${found.length} ostree deployments is started; the first was read.`,
    );
  return found[0] ?? null;
}
