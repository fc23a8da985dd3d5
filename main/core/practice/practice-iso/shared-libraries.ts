import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { Processes } from "#ports/processes.ts";
import type { TreeEntry } from "#core/image/cpio.ts";

const loader = "lib64/ld-linux-x86-64.so.2";
const libraryFolders = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"];

/** Runs a program of the tree on the host: its dynamic loader with its libraries. */
export const loaderArguments = (root: string): string[] => [
  join(root, loader),
  "--library-path",
  libraryFolders.map((folder) => join(root, folder)).join(":"),
];

/**
 * Programs of an unpacked Debian tree with the libraries they need, placed so that they run inside an
 * initramfs. The tree's own dynamic loader is asked (ld.so(8), `--list`), so the host's libraries never count.
 */
export async function programsWithLibraries(
  root: string,
  programs: readonly string[],
  processes: Processes,
  signal?: AbortSignal,
): Promise<TreeEntry[]> {
  const entries = new Map<string, TreeEntry>();
  const add = async (path: string, source: string, mode: number): Promise<void> => {
    if (!entries.has(path)) entries.set(path, { kind: "file", path, mode, content: await readFile(source) });
  };
  await add(loader, join(root, loader), 0o755);
  for (const program of programs) {
    const source = join(root, program);
    if (!existsSync(source)) throw new AppError("not-found", `${program} is not in the unpacked packages`);
    await add(program, source, 0o755);
    const listed = await processes.run(
      [...loaderArguments(root), "--list", source],
      signal === undefined ? {} : { signal },
    );
    for (const [, library] of listed.stdout.matchAll(/=> (\/\S+)/g)) {
      if (library !== undefined && library.startsWith(root))
        await add(library.slice(root.length + 1), library, 0o755);
    }
    if (/not found/.test(listed.stdout)) {
      throw new AppError("not-found", `${program} needs a library that is not in the unpacked packages`, {
        details: { listed: listed.stdout },
      });
    }
  }
  return [...entries.values()];
}
