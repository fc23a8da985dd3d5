import { readdir, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tool, type Workshop } from "#core/image/testing/disk-images.ts";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";

/** mkfs.xfs makes nothing below 300 MB without being asked twice. */
const imageBytes = 320 * 1024 ** 2;

/** Links to nowhere in a folder of their own: names by the thousand that need no files of the host. */
export const manyFolder = "many";
export const manyName = (index: number): string => `a-name-in-a-large-folder-${index}`;

/**
 * A bare XFS holding the files and `many` links in `manyFolder`, made without root. `args` go to mkfs.xfs. Names
 * must be without blanks.
 */
export async function makeXfs(
  workshop: Workshop,
  name: string,
  files: MemoryFiles,
  many: number,
  ...args: string[]
): Promise<string> {
  const from = await workshop.writeFiles(`${name}.files`, files);
  const prototype = workshop.path(`${name}.proto`);
  // boot block, blocks and inodes (not used), then the root and what is in it: mkfs.xfs(8), "-p"
  const links = Array.from({ length: many }, (_value, index) => `${manyName(index)} l--777 0 0 to-${index}`);
  const manyLines = [`${manyFolder} d--755 0 0`, ...links, "$"];
  const lines = ["/none", "0 0", "d--755 0 0", ...manyLines, ...(await folderLines(from)), ""];
  await writeFile(prototype, lines.join("\n"));
  const image = await workshop.sparse(name, imageBytes);
  await tool("mkfs.xfs", "-q", "-f", ...args, "-p", prototype, image);
  return image;
}

async function folderLines(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = join(folder, entry.name);
    if (entry.isSymbolicLink()) lines.push(`${entry.name} l--777 0 0 ${await readlink(at)}`);
    else if (entry.isFile()) lines.push(`${entry.name} -u-640 1 2 ${at}`);
    else lines.push(`${entry.name} d--750 0 0`, ...(await folderLines(at)));
  }
  return [...lines, "$"];
}
