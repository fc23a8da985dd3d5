import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from "yaml";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";

const maxFileBytes = 256 * 1024;
const maxFiles = 200;
const maxListLength = 200;

/** A value together with the line that sets it. */
export interface Setting<T> {
  readonly value: T;
  readonly path: string;
  readonly line: number;
}

export interface CloudConfig {
  readonly datasourceList: Setting<readonly string[]> | null;
  /** Modules of all three stages. */
  readonly modules: ReadonlySet<string>;
  /** Files that cloud-init itself could not use. */
  readonly broken: readonly string[];
}

/**
 * The system configuration as cloud-init merges it (cloudinit/util.py, read_conf_with_confd): cloud.cfg, then
 * every *.cfg in cloud.cfg.d in the order of their names; the last file that sets a list replaces it.
 */
export async function readCloudConfig(tree: FileTree): Promise<CloudConfig> {
  const folder = "/etc/cloud/cloud.cfg.d";
  const names = (await tree.readDirectory(folder))
    .map((entry) => entry.name)
    .filter((name) => name.endsWith(".cfg"));
  const paths = ["/etc/cloud/cloud.cfg", ...names.slice(0, maxFiles).map((name) => `${folder}/${name}`)];
  let datasourceList: CloudConfig["datasourceList"] = null;
  const stages = new Map<string, readonly string[]>();
  const broken: string[] = [];
  for (const path of paths) {
    const text = (await tree.stat(path))?.kind === "file" ? await tree.readText(path, maxFileBytes) : null;
    if (text === null) continue;
    const file = parseCloudConfig(text);
    if (file === null) {
      broken.push(printable(path));
      continue;
    }
    const list = file.list("datasource_list");
    if (list !== null) datasourceList = { ...list, path: printable(path) };
    for (const stage of ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"]) {
      const modules = file.list(stage);
      if (modules !== null) stages.set(stage, modules.value);
    }
  }
  return { datasourceList, modules: new Set([...stages.values()].flat()), broken };
}

interface ParsedConfig {
  /** A list of words under a key of the top level; null when the key is not there or is no list. */
  list(key: string): { value: string[]; line: number } | null;
}

/**
 * Only the asked key's own scalars are looked at: aliases are never expanded, so no alias bomb goes off.
 * Answers null for what is no YAML mapping.
 */
export function parseCloudConfig(text: string): ParsedConfig | null {
  if (isTooDeep(text)) return null;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
  if (document.errors.length > 0) return null;
  const root = document.contents;
  if (root === null) return { list: () => null };
  if (!isMap(root)) return null;
  return {
    list: (key) => {
      // PyYAML takes the last of equal keys
      const pair = root.items.findLast((item: Pair) => isScalar(item.key) && item.key.value === key);
      const node = pair === undefined ? null : target(pair.value, document);
      if (!isSeq(node)) return null;
      const value: string[] = [];
      for (const item of node.items.slice(0, maxListLength)) {
        const word = wordOf(target(item, document), document);
        if (word !== null) value.push(word);
      }
      const keyNode = pair?.key;
      const range = isScalar(keyNode) ? keyNode.range : undefined;
      return { value, line: range === undefined || range === null ? 1 : lines.linePos(range[0]).line };
    },
  };
}

const maxDepth = 100;

/** Parsers slow down in deep nesting; no configuration is nested like that. A bound from above, in one pass. */
function isTooDeep(text: string): boolean {
  let brackets = 0;
  for (const line of text.split("\n")) {
    if (/^(?:\s*[-?]){100}/.test(line) || /^\s{1000}/.test(line)) return true;
    for (const character of line) {
      if (character === "[" || character === "{") brackets++;
      else if (character === "]" || character === "}") brackets = Math.max(0, brackets - 1);
      if (brackets > maxDepth) return true;
    }
  }
  return false;
}

const target = (node: unknown, document: Document): Node | null => {
  if (isAlias(node)) return node.resolve(document) ?? null;
  return isScalar(node) || isMap(node) || isSeq(node) ? node : null;
};

/** A module may stand as a word or as [word, frequency]. YAML reads `None` as text, `null` and `~` as nothing. */
function wordOf(node: Node | null, document: Document): string | null {
  const inner = isSeq(node) ? target(node.items[0], document) : node;
  if (!isScalar(inner)) return null;
  return inner.value === null ? "None" : printable(inner.toString(), 60);
}
