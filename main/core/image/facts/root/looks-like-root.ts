import type { FileTree } from "#core/image/filesystem/file-tree.ts";

const signs = ["/etc/os-release", "/usr/lib/os-release", "/etc/fstab", "/etc/passwd"];
const systems = ["/etc/os-release", "/usr/lib/os-release"];
const modules = ["/lib/modules", "/usr/lib/modules"];

const isAnyThere = async (tree: FileTree, paths: readonly string[]): Promise<boolean> => {
  for (const path of paths) if ((await tree.lstat(path)) !== null) return true;
  return false;
};

export const looksLikeRoot = (tree: FileTree): Promise<boolean> => isAnyThere(tree, signs);

/** How much of a system there is, to choose between two: 0 to 3. */
export async function completeness(tree: FileTree): Promise<number> {
  const hasName = await isAnyThere(tree, systems);
  let hasKernel = false;
  for (const path of modules) if ((await tree.readDirectory(path)).length > 0) hasKernel = true;
  return (hasName ? 2 : 0) + (hasKernel ? 1 : 0);
}

/** Where ostree keeps its systems; the filesystem's own root is empty but for that. */
export const deployments = "/ostree/deploy";

export const holdsDeployments = async (tree: FileTree): Promise<boolean> =>
  (await tree.lstat(deployments))?.kind === "directory";

/** A filesystem that belongs at /usr: its system's root is another one, or is made when it boots. */
export const looksLikeUsr = async (tree: FileTree): Promise<boolean> =>
  (await isAnyThere(tree, ["/lib/os-release"])) && !(await isAnyThere(tree, ["/etc", "/usr"]));
