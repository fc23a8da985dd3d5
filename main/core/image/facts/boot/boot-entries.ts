import type { z } from "zod";
import type { WhereSchema } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readLines, type TextLine } from "#core/image/facts/text-lines.ts";
import { parseGrubConfig, type RawEntry } from "./grub-config.ts";

export interface CommandLine {
  readonly text: string;
  readonly where: z.infer<typeof WhereSchema>;
}

/** One entry of a boot menu. Paths are as the image's root sees them. */
export interface BootEntry {
  readonly kernelPath: string;
  readonly initrdPaths: readonly string[];
  readonly commandLine: CommandLine;
}

const grubConfigs = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"];
const extlinuxConfigs = [
  "/boot/extlinux/extlinux.conf",
  "/boot/extlinux.conf",
  "/boot/syslinux/syslinux.cfg",
  "/extlinux.conf",
];
const maxEntries = 64;

/** The boot menu, the default entry first; empty when no boot loader's configuration was found. */
export async function readBootEntries(tree: FileTree): Promise<readonly BootEntry[]> {
  for (const path of grubConfigs) {
    const lines = await readLines(tree, path);
    if (lines.length === 0) continue;
    const raw = parseGrubConfig(lines);
    const entries: BootEntry[] = [];
    for (const entry of raw.slice(0, maxEntries)) {
      entries.push(await located(tree, path, entry));
    }
    if (entries.length > 0) return entries;
    // Fedora's and Red Hat's GRUB reads its entries from files: the `blscfg` command
    const fromFiles = await readLoaderEntries(tree, path);
    if (fromFiles.length > 0) return fromFiles;
  }
  const systemdBoot = await readLoaderEntries(tree, "/boot/grub2/grub.cfg");
  return systemdBoot.length > 0 ? systemdBoot : readExtlinux(tree);
}

async function located(tree: FileTree, configPath: string, entry: RawEntry): Promise<BootEntry> {
  const initrdPaths = await Promise.all(entry.initrds.map((path) => inTree(tree, path)));
  return {
    kernelPath: await inTree(tree, entry.kernel),
    initrdPaths,
    commandLine: {
      text: printable(entry.options, 2000),
      where: { path: printable(configPath), line: entry.line },
    },
  };
}

/** A boot loader names files from the root of its own partition, which may be mounted at /boot. */
async function inTree(tree: FileTree, path: string): Promise<string> {
  const plain = printable(path.replace(/^\([^)]*\)/, "").replace(/^\/@\w*(?=\/)/, ""), 500);
  const absolute = plain.startsWith("/") ? plain : `/${plain}`;
  for (const candidate of [absolute, `/boot${absolute}`, `/boot/efi${absolute}`]) {
    if ((await tree.stat(candidate))?.kind === "file") return candidate;
  }
  return absolute;
}

/** Boot Loader Specification, type 1. `$kernelopts` comes from grubenv. Newest first, as GRUB sorts them. */
async function readLoaderEntries(tree: FileTree, grubConfig: string): Promise<BootEntry[]> {
  const folder = "/boot/loader/entries";
  const names = (await tree.readDirectory(folder))
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".conf"));
  if (names.length === 0) return [];
  const kernelOptions = await readKernelOptions(tree, grubConfig.replace(/grub\.cfg$/, "grubenv"));
  const entries: BootEntry[] = [];
  const newestFirst = names.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
  for (const name of newestFirst.slice(0, maxEntries)) {
    if (name.includes("rescue")) continue;
    const path = `${folder}/${name}`;
    const fields = keywordLines(await readLines(tree, path));
    const kernel = fields.find((field) => field.key === "linux");
    if (kernel === undefined) continue;
    const options = fields.filter((field) => field.key === "options");
    const text = options.map((o) => o.value.replace("$kernelopts", () => kernelOptions)).join(" ");
    const initrds = fields
      .filter((field) => field.key === "initrd")
      .flatMap((field) => field.value.split(/\s+/));
    const line = options[0]?.line ?? kernel.line;
    const readable = initrds.filter((initrd) => !initrd.startsWith("$"));
    entries.push(await located(tree, path, { kernel: kernel.value, initrds: readable, options: text, line }));
  }
  return entries;
}

/** grubenv holds whole lines of `name=value`, without quotes. */
async function readKernelOptions(tree: FileTree, path: string): Promise<string> {
  const line = (await readLines(tree, path)).find(({ text }) => text.startsWith("kernelopts="));
  return line?.text.slice("kernelopts=".length) ?? "";
}

async function readExtlinux(tree: FileTree): Promise<BootEntry[]> {
  for (const path of extlinuxConfigs) {
    const entries: BootEntry[] = [];
    let current: { kernel: string; line: number; initrds: string[]; options: string } | null = null;
    const flush = async (): Promise<void> => {
      if (current !== null && current.kernel !== "") entries.push(await located(tree, path, current));
      current = null;
    };
    for (const { key, value, line } of keywordLines(await readLines(tree, path))) {
      if (key === "label") {
        await flush();
        current = { kernel: "", line, initrds: [], options: "" };
      } else if (current === null) continue;
      else if (key === "kernel" || key === "linux") current.kernel = value;
      else if (key === "initrd") current.initrds.push(...value.split(","));
      else if (key === "append") {
        current.options = value;
        current.line = line;
      }
    }
    await flush();
    if (entries.length > 0) return entries;
  }
  return [];
}

function keywordLines(lines: readonly TextLine[]): { key: string; value: string; line: number }[] {
  return lines.map(({ line, text }) => {
    const [key = "", value = ""] = text.split(/\s+(.*)/, 2);
    return { key: key.toLowerCase(), value, line };
  });
}
