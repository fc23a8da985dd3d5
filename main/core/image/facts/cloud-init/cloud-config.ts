import { setImmediate } from "node:timers/promises";
import type { Where } from "#contract/where.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { mergeConfigs } from "./config-merge.ts";
import { emptyConfig, entryAt, parseConfig, type ConfigMap, type ConfigValue } from "./config-value.ts";

const maxFileBytes = 256 * 1024;
const maxTotalBytes = 1024 ** 2;
const maxFiles = 100;
const maxListLength = 200;

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
  /** null: cloud-init itself cannot use it. */
  readonly config: ConfigMap | null;
}

/** A value together with the line that sets it. */
export interface Setting<T> {
  readonly value: T;
  readonly where: Where;
}

export interface CloudConfig {
  /** In the order of reading; the kernel command line's `cc:` is not among them. */
  readonly files: readonly ConfigFile[];
  readonly merged: ConfigMap;
  /** `cc: … end_cc` of the kernel command line, already part of `merged`; null when there is none. */
  readonly fromKernel: ConfigMap | null;
  readonly broken: readonly string[];
  words(...keys: string[]): Setting<readonly string[]> | null;
  text(...keys: string[]): Setting<string> | null;
  flag(...keys: string[]): boolean | null;
}

/**
 * The system configuration after every merge (cloudinit.stages.fetch_base_config): cloud.cfg, then every *.cfg
 * of cloud.cfg.d in the order of their names, then the kernel command line. What a datasource adds is not known.
 */
export async function readCloudConfig(tree: FileTree, commandLine: CommandLine | null): Promise<CloudConfig> {
  const files = await configFilesOf(tree);
  const fromKernel = commandLine === null ? null : configOfCommandLine(commandLine);
  const usable = files.flatMap(({ config }) => (config === null ? [] : [config]));
  const first = files[0]?.path === mainFile ? (files[0].config ?? emptyConfig) : emptyConfig;
  const below = usable.filter((config) => config !== first);
  // cloud-init merges the folder first, and that result over cloud.cfg
  const merged = mergeConfigs([fromKernel ?? emptyConfig, mergeConfigs(below.toReversed()), first]);
  return {
    files,
    merged,
    fromKernel,
    broken: files.flatMap(({ path, config }) => (config === null ? [path] : [])),
    words: (...keys) => {
      const entry = entryAt(merged, ...keys);
      return entry === null || entry.value.kind !== "list"
        ? null
        : { value: wordsOf(entry.value), where: entry.where };
    },
    text: (...keys) => {
      const entry = entryAt(merged, ...keys);
      if (entry === null || entry.value.kind !== "scalar" || entry.value.value === null) return null;
      return { value: printable(String(entry.value.value), 200), where: entry.where };
    },
    flag: (...keys) => {
      const value = entryAt(merged, ...keys)?.value;
      return value?.kind === "scalar" ? isTrue(value.value) : null;
    },
  };
}

const mainFile = "/etc/cloud/cloud.cfg";

const read = new WeakMap<FileTree, Promise<readonly ConfigFile[]>>();

/** cloud-init's own and the network's readers ask for the same files: they are parsed once. */
export function configFilesOf(tree: FileTree): Promise<readonly ConfigFile[]> {
  const files = read.get(tree) ?? readConfigFiles(tree);
  read.set(tree, files);
  return files;
}

async function readConfigFiles(tree: FileTree): Promise<ConfigFile[]> {
  const files: ConfigFile[] = [];
  let totalBytes = 0;
  const add = async (path: string): Promise<void> => {
    const stat = await tree.stat(path);
    if (stat?.kind !== "file") return;
    totalBytes += stat.sizeBytes;
    const isTooLarge = stat.sizeBytes > maxFileBytes || totalBytes > maxTotalBytes;
    const text = isTooLarge ? null : await tree.readText(path, maxFileBytes);
    await setImmediate(); // parsing one file after the other must not hold up everything else
    const shown = printable(path);
    files.push({ path: shown, text: text ?? "", config: text === null ? null : parseConfig(text, shown) });
  };
  await add(mainFile);
  const folderEntry = files[0]?.config?.entries.get("conf_d")?.value;
  const folder = folderEntry?.kind === "scalar" ? String(folderEntry.value ?? "").trim() : `${mainFile}.d`;
  if (!folder.startsWith("/")) return files;
  const names = (await tree.readDirectory(folder)).filter(({ name }) => name.endsWith(".cfg"));
  for (const { name } of names.slice(0, maxFiles)) await add(`${folder}/${name}`);
  return files;
}

/** Parts between `cc:` and `end_cc`, URL-decoded, `\n` for line ends (cloudinit.util.read_cc_from_cmdline). */
function configOfCommandLine({ text, where }: CommandLine): ConfigMap | null {
  const parts: string[] = [];
  for (let begin = text.indexOf("cc:"); begin >= 0;) {
    const end = text.indexOf("end_cc", begin + 3);
    parts.push(decode(text.slice(begin + 3, end < 0 ? undefined : end).trimStart()).replaceAll("\\n", "\n"));
    begin = end < 0 ? -1 : text.indexOf("cc:", end + 6);
  }
  const config = parts.length === 0 ? null : parseConfig(parts.join("\n"), where.path);
  return config === null ? null : movedTo(config, where);
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign
  }
};

/** All of it stands on one line. */
const movedTo = (config: ConfigMap, where: Where): ConfigMap => ({
  kind: "map",
  entries: new Map(
    [...config.entries].map(([key, { value }]) => [
      key,
      { value: value.kind === "map" ? movedTo(value, where) : value, where },
    ]),
  ),
});

/** A module may stand as a word or as [word, frequency]. YAML reads `None` as text, `null` and `~` as nothing. */
export function wordsOf(value: ConfigValue): string[] {
  if (value.kind !== "list") return [];
  return value.items.slice(0, maxListLength).flatMap((item) => {
    const inner = item.kind === "list" ? item.items[0] : item;
    if (inner?.kind !== "scalar") return [];
    return [inner.value === null ? "None" : printable(String(inner.value), 60)];
  });
}

/** cloudinit.util.is_true */
export const isTrue = (value: string | number | boolean | null): boolean =>
  typeof value === "boolean"
    ? value
    : ["true", "1", "on", "yes"].includes(String(value).trim().toLowerCase());
