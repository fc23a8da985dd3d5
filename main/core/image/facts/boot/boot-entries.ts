import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import { printable } from "#core/image/source/binary.ts";
import { parseGrubLegacy } from "./menu/grub-legacy.ts";
import { readGrub2 } from "./menu/grub2.ts";
import { parseLilo } from "./menu/lilo.ts";
import { readLoaderEntries } from "./menu/loader-entries.ts";
import type { RawEntry, RawMenu } from "./menu/raw-entry.ts";
import { readSyslinux } from "./menu/syslinux.ts";
import { readUnifiedKernel, readUnifiedKernels } from "./menu/unified-kernels.ts";
import type { Uki } from "./uki.ts";

export interface CommandLine {
  readonly text: string;
  readonly where: Where;
}

/** One entry of a boot menu. Paths are as the image's root sees them. */
export interface BootEntry {
  readonly kernelPath: string;
  readonly initrdPaths: readonly string[];
  readonly commandLine: CommandLine;
  /** What a unified kernel image holds; `kernelPath` may then lie on an EFI partition that is not mounted. */
  readonly unified: Uki | null;
}

const maxEntries = 64;

/** A boot loader's configuration, in one of the places where it may be. */
interface Loader {
  readonly paths: readonly string[];
  readonly read: (tree: FileTree, path: string) => Promise<RawMenu>;
}

const grub2 = async (tree: FileTree, path: string): Promise<RawMenu> =>
  (await readGrub2(tree, path))?.entries ?? [];

/** In the order of trust: a system keeps the configuration of a loader that it no longer uses. */
const loaders: readonly Loader[] = [
  { paths: ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"], read: grub2 },
  {
    paths: ["/boot/efi/EFI", "/efi/EFI", "/EFI"],
    read: async (tree, folder) => {
      for (const { name } of (await tree.readDirectory(folder)).slice(0, 20)) {
        const menu = await grub2(tree, `${folder}/${name}/grub.cfg`);
        if (menu.length > 0) return menu;
      }
      return [];
    },
  },
  { paths: ["/boot", "/boot/efi", "/efi", ""], read: readSystemdBoot },
  {
    paths: ["/boot/EFI/Linux", "/boot/efi/EFI/Linux", "/efi/EFI/Linux", "/EFI/Linux"],
    read: readUnifiedKernels,
  },
  {
    paths: [
      "/boot/extlinux/extlinux.conf",
      "/boot/extlinux.conf",
      "/boot/syslinux/syslinux.cfg",
      "/boot/syslinux/extlinux.conf",
      "/extlinux.conf",
      "/extlinux/extlinux.conf",
      "/syslinux.cfg",
      "/syslinux/syslinux.cfg",
    ],
    read: readSyslinux,
  },
  {
    paths: ["/boot/grub/menu.lst", "/boot/grub/grub.conf", "/etc/grub.conf"],
    read: async (tree, path) => parseGrubLegacy(await readLines(tree, path)),
  },
  { paths: ["/etc/lilo.conf"], read: async (tree, path) => parseLilo(await readLines(tree, path)) },
  // the firmware may start a unified kernel without any loader
  { paths: ["/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/BOOTAA64.EFI"], read: readUnifiedKernel },
];

/**
 * The boot menu, the default entry first; empty when no boot loader's configuration was found. `efiTrees`: EFI
 * system partitions, whose files count when the system does not mount them.
 */
export async function readBootEntries(
  tree: FileTree,
  efiTrees: readonly FileTree[] = [],
): Promise<readonly BootEntry[]> {
  for (const { paths, read } of loaders) {
    for (const place of [tree, ...efiTrees]) {
      for (const path of paths) {
        const menu = (await read(place, path)).filter((entry) => entry.kernel !== null);
        if (menu.length === 0) continue;
        return Promise.all(menu.slice(0, maxEntries).map((entry) => located(tree, path, entry)));
      }
    }
  }
  return [];
}

/** loader.conf(5) names the default by a pattern; `@saved` lies in the firmware's memory. */
async function readSystemdBoot(tree: FileTree, folder: string): Promise<RawMenu> {
  const settings = await readLines(tree, `${folder}/loader/loader.conf`);
  const chosen = settings
    .map(({ text }) => /^default\s+(\S+)/.exec(text)?.[1])
    .find((name) => name !== undefined);
  return readLoaderEntries(tree, `${folder}/loader/entries`, chosen ?? "", new Map());
}

async function located(tree: FileTree, configPath: string, entry: RawEntry): Promise<BootEntry> {
  const initrdPaths = await Promise.all(entry.initrds.map((path) => inTree(tree, path, configPath)));
  return {
    kernelPath: await inTree(tree, entry.kernel ?? "", configPath),
    initrdPaths,
    commandLine: {
      text: printable(entry.options, 2000),
      where: { path: printable(entry.path ?? configPath), line: entry.line },
    },
    unified: entry.unified ?? null,
  };
}

/**
 * A boot loader names files from the root of its own partition, which may be mounted at /boot, or from the top
 * of a btrfs whose subvolume is the root; syslinux names them from its own folder.
 */
async function inTree(tree: FileTree, path: string, configPath: string): Promise<string> {
  const plain = printable(path.replace(/^\([^)]*\)/, "").replaceAll("\\", "/"), 500);
  const absolute = plain.startsWith("/") ? plain : `/${plain}`;
  const below = absolute.indexOf("/boot/");
  const candidates = [
    absolute,
    `/boot${absolute}`,
    `/boot/efi${absolute}`,
    `/efi${absolute}`,
    ...(below > 0 ? [absolute.slice(below)] : []),
    ...(plain.startsWith("/") ? [] : [`${configPath.slice(0, configPath.lastIndexOf("/"))}/${plain}`]),
  ];
  for (const candidate of candidates) {
    if ((await tree.stat(candidate))?.kind === "file") return candidate;
  }
  return absolute;
}
