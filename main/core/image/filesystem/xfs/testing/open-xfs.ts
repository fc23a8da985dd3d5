import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";

/** Opens a bare filesystem as the product does. */
export async function openFilesystem(
  device: BlockDevice,
): Promise<{ filesystem: Filesystem; tree: FileTree }> {
  const found = await recognise(withPageCache(device));
  const filesystem = await found?.open?.();
  if (filesystem === undefined) throw new Error(`Cannot be opened: ${found?.unreadable ?? "not recognised"}`);
  return { filesystem, tree: createFileTree([{ path: "/", filesystem }]) };
}
