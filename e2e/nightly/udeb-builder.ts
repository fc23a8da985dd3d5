import { createHash } from "node:crypto";
import { cp, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { moduleDependencies, moduleName } from "#core/practice/practice-iso/kernel-modules.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { changed, field, type Stanza } from "./control-stanzas.ts";
import type { FileRecipe } from "./udeb-recipes.ts";

/** Fields of the index that say where and what the file is; the package itself does not carry them. */
const ofTheIndex = new Set(["Filename", "Size", "MD5sum", "SHA256", "Description-md5", "Installed-Size"]);

/**
 * Packs a folder as a udeb described by `stanza`. Answers the stanza with the file's own size and checksum, and
 * `filename` as its place. Needs dpkg-deb. The folder is consumed.
 */
export async function packUdeb(
  stanza: Stanza,
  { tree, target, filename }: { tree: string; target: string; filename: string },
): Promise<Stanza> {
  const control = [...stanza].filter(([name]) => !ofTheIndex.has(name));
  await mkdir(join(tree, "DEBIAN"));
  await writeFile(
    join(tree, "DEBIAN/control"),
    control.map(([name, value]) => `${name}: ${value}\n`).join(""),
  );
  const part = `${target}.part`;
  await nodeProcesses.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree, part]);
  await rename(part, target);
  await rm(tree, { recursive: true });
  return describeUdeb(stanza, { target, filename });
}

/** The stanza of a udeb that lies at `target`. */
export async function describeUdeb(
  stanza: Stanza,
  { target, filename }: { target: string; filename: string },
): Promise<Stanza> {
  const bytes = await readFile(target);
  const sum = (algorithm: string): string => createHash(algorithm).update(bytes).digest("hex");
  const own = { Filename: filename, Size: String(bytes.length), MD5sum: sum("md5"), SHA256: sum("sha256") };
  return changed(stanza, own);
}

/** Lays out the files of a recipe. `unpacked` answers the folder of an ordinary package. Throws for a name that is nowhere. */
export async function layOutFiles(
  { files }: FileRecipe,
  tree: string,
  unpacked: (packageName: string) => Promise<string>,
): Promise<void> {
  for (const [packageName, patterns] of Object.entries(files)) {
    const root = await unpacked(packageName);
    for (const pattern of patterns) {
      const found = await matching(root, pattern);
      if (found.length === 0) throw new Error(`${packageName} has no ${pattern}`);
      for (const path of found) await copyInto(root, path, tree);
    }
  }
}

async function matching(root: string, pattern: string): Promise<string[]> {
  const [start = "", end = ""] = basename(pattern).split("*");
  const isExact = !pattern.includes("*");
  const names = await readdir(join(root, dirname(pattern))).catch(() => []);
  return names
    .filter((name) => (isExact ? name === start : name.startsWith(start) && name.endsWith(end)))
    .map((name) => join(dirname(pattern), name));
}

async function copyInto(root: string, path: string, tree: string): Promise<void> {
  await mkdir(join(tree, dirname(path)), { recursive: true });
  await cp(join(root, path), join(tree, path), { verbatimSymlinks: true });
}

/** The modules of a kernel package, compressed as Debian ships them (`.ko.xz`). */
export interface KernelTree {
  /** Folder of the unpacked package. */
  readonly root: string;
  readonly release: string;
  /** Module name -> path below `root`. */
  readonly modules: ReadonlyMap<string, string>;
}

export async function openKernelTree(root: string, release: string): Promise<KernelTree> {
  const folder = join("usr/lib/modules", release, "kernel");
  const paths = await readdir(join(root, folder), { recursive: true });
  const modules = paths.filter((path) => path.endsWith(".ko.xz")).map((path) => join(folder, path));
  return { root, release, modules: new Map(modules.map((path) => [nameOf(path), path])) };
}

const nameOf = (path: string): string => moduleName(path.replace(/\.xz$/, ""));

/** Lays out modules (folders end with `/`) and what they depend on. Throws for what the kernel does not have. */
export async function layOutModules(
  kernel: KernelTree,
  wanted: readonly string[],
  tree: string,
): Promise<void> {
  const done = new Set<string>();
  const add = async (path: string): Promise<void> => {
    if (done.has(path)) return;
    done.add(path);
    await copyInto(kernel.root, path, tree);
    for (const name of await dependenciesOf(join(kernel.root, path))) {
      const dependency = kernel.modules.get(name);
      if (dependency === undefined) throw new Error(`The kernel has no module ${name} for ${path}`);
      await add(dependency);
    }
  };
  for (const place of wanted) {
    const start = join("usr/lib/modules", kernel.release, "kernel", place);
    const found = [...kernel.modules.values()].filter((path) =>
      place.endsWith("/") ? path.startsWith(start) : path === `${start}.ko.xz`,
    );
    if (found.length === 0) throw new Error(`The kernel ${kernel.release} has no ${place}`);
    for (const path of found) await add(path);
  }
}

async function dependenciesOf(path: string): Promise<string[]> {
  const plain = `${path}.plain`;
  try {
    await nodeProcesses.run(["sh", "-c", 'xz -dc "$1" > "$2"', "sh", path, plain]);
    return moduleDependencies(await readFile(plain));
  } finally {
    await rm(plain, { force: true });
  }
}

/** Unpacks an ordinary package beside its file, once. */
export async function unpackDeb(deb: string, folder: string): Promise<string> {
  if ((await lstat(folder).catch(() => null)) !== null) return folder;
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await nodeProcesses.run(["dpkg-deb", "-x", deb, part], { timeoutMs: 300_000 });
  await rename(part, folder);
  return folder;
}

/** `pool/…/name_version_arch.udeb` for a udeb of ours. */
export const madeFilename = (stanza: Stanza): string =>
  `pool/made/${field(stanza, "Package")}_${field(stanza, "Version").replace(/^\d+:/, "")}_${field(stanza, "Architecture")}.udeb`;
