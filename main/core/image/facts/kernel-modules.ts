import type { FileTree } from "#core/image/filesystem/file-tree.ts";

const maxListBytes = 8 * 1024 ** 2;
const maxConfigBytes = 1024 ** 2;

export interface KernelModules {
  readonly builtIn: ReadonlySet<string>;
  /** Listed in modules.dep, and the file is there. */
  readonly loadable: ReadonlySet<string>;
}

/** Options of Kconfig whose module has another name. */
const options: Readonly<Record<string, string>> = {
  virtio_pci: "VIRTIO_PCI",
  virtio_blk: "VIRTIO_BLK",
  virtio_scsi: "SCSI_VIRTIO",
  virtio_net: "VIRTIO_NET",
  sd_mod: "BLK_DEV_SD",
  dm_mod: "BLK_DEV_DM",
  ext4: "EXT4_FS",
  xfs: "XFS_FS",
  btrfs: "BTRFS_FS",
};

/**
 * Which of `wanted` a kernel has built in or as modules: from modules.builtin and modules.dep; where there are
 * no modules, what is built in from its /boot/config. null when neither is there.
 */
export async function readKernelModules(
  tree: FileTree,
  version: string,
  wanted: readonly string[],
): Promise<KernelModules | null> {
  for (const folder of [`/usr/lib/modules/${version}`, `/lib/modules/${version}`]) {
    const [builtIn, dependencies] = await Promise.all([
      readList(tree, `${folder}/modules.builtin`),
      readList(tree, `${folder}/modules.dep`),
    ]);
    if (builtIn === null && dependencies === null) continue;
    const listed = new Set(wanted.filter((name) => findModule(builtIn ?? "", name) !== null));
    const files = await Promise.all(
      wanted.map(async (name) => {
        const path = findModule(dependencies ?? "", name);
        if (path === null) return null;
        const absolute = path.startsWith("/") ? path : `${folder}/${path}`;
        return (await tree.stat(absolute))?.kind === "file" ? name : null;
      }),
    );
    return { builtIn: listed, loadable: new Set(files.filter((name) => name !== null)) };
  }
  const config = await tree.openFile(`/boot/config-${version}`);
  if (config === null) return null;
  const text = (await config.read(0, maxConfigBytes)).toString("latin1");
  const isBuiltIn = (name: string): boolean =>
    text.includes(`\nCONFIG_${options[name] ?? name.toUpperCase()}=y\n`);
  return { builtIn: new Set(wanted.filter(isBuiltIn)), loadable: new Set() };
}

async function readList(tree: FileTree, path: string): Promise<string | null> {
  const file = await tree.openFile(path);
  return file === null
    ? null
    : (await file.read(0, Math.min(file.sizeBytes, maxListBytes))).toString("latin1");
}

/**
 * The path of a module that begins a line: the whole line in modules.builtin, up to the colon in modules.dep.
 * kmod takes `-` and `_` in names for the same.
 */
function findModule(list: string, name: string): string | null {
  for (const spelling of new Set([name, name.replaceAll("_", "-"), name.replaceAll("-", "_")])) {
    const needle = `/${spelling}.ko`;
    let left = maxMentions;
    for (let at = list.indexOf(needle); at !== -1 && left > 0; at = list.indexOf(needle, at + 1), left--) {
      suffix.lastIndex = at + needle.length;
      if (!suffix.test(list)) continue; // a module that another one needs
      const before = list.slice(Math.max(0, at - maxPathLength), at);
      const start = before.slice(before.lastIndexOf("\n") + 1);
      const path = start + (/^[^:\r\n]*/.exec(list.slice(at, at + maxPathLength))?.[0] ?? "");
      if (start.length < maxPathLength && !/[:\s]/.test(path)) return path;
    }
  }
  return null;
}

const maxPathLength = 1000;
/** Modules that need a common one. */
const maxMentions = 5000;
const suffix = /(?:\.(?:gz|xz|zst))?(?::|\r?\n|$)/y;
