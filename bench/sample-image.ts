import { execFile } from "node:child_process";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const GiB = 1024 ** 3;

/**
 * A 2 GiB raw disk with an ext4 filesystem that holds real files: the Node that runs this and the packages beside
 * it. Without mounts or root (mke2fs -d).
 */
export async function makeSampleImage(folder: string): Promise<string> {
  const tree = join(folder, "tree");
  await mkdir(tree, { recursive: true });
  const modules = join(dirname(dirname(new URL(import.meta.url).pathname)), "node_modules");
  for (const name of ["node", "typescript", "@aws-sdk", "react-dom", "zod"]) {
    await execute("cp", ["-rL", join(modules, name), join(tree, name.replace("@", ""))]);
  }
  await symlink("node", join(tree, "link"));
  const image = join(folder, "sample.raw");
  await writeFile(image, "");
  await truncate(image, 2 * GiB);
  await execute("/sbin/mke2fs", ["-q", "-t", "ext4", "-d", tree, image]);
  return image;
}
