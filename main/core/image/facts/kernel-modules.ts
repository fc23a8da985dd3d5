import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { moduleName } from "./initramfs/read-initramfs.ts";

const maxListBytes = 8 * 1024 ** 2;

export interface KernelModules {
  readonly builtIn: ReadonlySet<string>;
  readonly loadable: ReadonlySet<string>;
}

/** Which of `wanted` a kernel has built in or as modules, from its own lists; null when it has none. */
export async function readKernelModules(
  tree: FileTree,
  version: string,
  wanted: readonly string[],
): Promise<KernelModules | null> {
  for (const folder of [`/usr/lib/modules/${version}`, `/lib/modules/${version}`]) {
    const builtIn = await tree.readText(`${folder}/modules.builtin`, maxListBytes);
    const dependencies = await tree.readText(`${folder}/modules.dep`, maxListBytes);
    if (builtIn === null && dependencies === null) continue;
    return {
      builtIn: namesIn(builtIn ?? "", wanted),
      loadable: namesIn((dependencies ?? "").replace(/:.*$/gm, ""), wanted),
    };
  }
  return null;
}

function namesIn(list: string, wanted: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const line of list.split("\n")) {
    const name = moduleName(line.trim());
    if (name !== null && wanted.includes(name)) found.add(name);
  }
  return found;
}
