import { AppError } from "#core/lib/app-error.ts";
import type { AreaEntry, FileArea } from "./file-area.ts";
import { assertPathKey } from "./part-key.ts";

/** Ours are two deep; more than this is somebody else's tree, or one that goes in a circle. */
const deepest = 16;
const mostFiles = 100_000;

export interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly createdAtIso: string | null;
}

/** All files whose path starts with `prefix`, in the order of their paths, unfinished ones among them. */
export async function listKeys(area: FileArea, prefix: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const entry of (await area.readFolder(folder)) ?? []) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.kind === "file" && path.startsWith(prefix)) found.push(foundFile(path, entry));
      if (entry.kind === "folder" && depth < deepest && path.startsWith(prefix)) await visit(path, depth + 1);
      if (found.length > mostFiles) {
        throw new AppError("staging-failed", `${area.root} holds more than ${mostFiles} files`, {
          hint: "Stage in a folder of its own.",
        });
      }
    }
  };
  const folder = prefix.slice(0, Math.max(prefix.lastIndexOf("/"), 0));
  if (folder !== "") assertPathKey(folder);
  await visit(folder, 0);
  return found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A file is written once and renamed, so that it was last changed when it came to be. */
const foundFile = (path: string, { sizeBytes, modifiedAtMs }: AreaEntry): FoundFile => ({
  path,
  sizeBytes,
  createdAtIso: modifiedAtMs === null ? null : new Date(modifiedAtMs).toISOString(),
});
