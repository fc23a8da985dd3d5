import type { Filesystem } from "./filesystem.ts";

/** A folder of a filesystem as the root of one, as a bind mount shows it. null: it is no folder, or behind a link. */
export async function subtree(filesystem: Filesystem, path: string): Promise<Filesystem | null> {
  let node = await filesystem.root();
  for (const name of path.split("/").filter((part) => part !== "")) {
    const below = node.kind === "directory" ? await filesystem.lookup(node, name) : null;
    if (below === null) return null;
    node = below;
  }
  const top = node;
  return top.kind === "directory" ? { ...filesystem, notes: [], root: () => Promise.resolve(top) } : null;
}
