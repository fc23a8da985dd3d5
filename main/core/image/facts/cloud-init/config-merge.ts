import { entryAt, type ConfigMap, type ConfigValue } from "./config-value.ts";

/** Options of one kind's merger: `list(append,recurse_dict)`. */
type Mergers = ReadonlyMap<string, ReadonlySet<string>>;

/** "Merging user data sections", cloud-init documentation: what counts where a file says nothing. */
const defaults: Mergers = new Map([
  ["list", new Set<string>()],
  ["dict", new Set<string>()],
  ["str", new Set<string>()],
]);
const maxItems = 5000;

/**
 * Merges configurations, the one that counts most first (cloudinit.util.mergemanydict). A later one only adds
 * what is not there, unless its own `merge_how` asks for more.
 */
export function mergeConfigs(strongestFirst: readonly ConfigMap[]): ConfigMap {
  let merged: ConfigMap = { kind: "map", entries: new Map() };
  for (const config of strongestFirst) {
    if (config.entries.size === 0) continue;
    const how = entryAt(config, "merge_how")?.value ?? entryAt(config, "merge_type")?.value ?? null;
    const entries = new Map(config.entries);
    entries.delete(how === null || config.entries.has("merge_how") ? "merge_how" : "merge_type");
    merged = mergeMaps(merged, { kind: "map", entries }, parseMergers(how));
  }
  return merged;
}

function parseMergers(how: ConfigValue | null): Mergers {
  const mergers = new Map<string, ReadonlySet<string>>();
  if (how?.kind === "scalar" && typeof how.value === "string") {
    for (const part of how.value.slice(0, 1000).split("+")) {
      const match = /^\s*([a-z_-]+)\((.*?)\)\s*$/i.exec(part);
      if (match !== null) mergers.set(plain(match[1]), new Set((match[2] ?? "").split(",").map(plain)));
    }
  } else if (how?.kind === "list") {
    for (const item of how.items.slice(0, 10)) {
      if (item.kind !== "map") continue;
      const name = entryAt(item, "name")?.value;
      const settings = entryAt(item, "settings")?.value;
      const words = settings?.kind === "list" ? settings.items : [];
      const options = words.map((word) => (word.kind === "scalar" ? plain(word.text) : ""));
      if (name?.kind === "scalar") mergers.set(plain(name.text), new Set(options));
    }
  }
  return mergers.size === 0 ? defaults : mergers;
}

const plain = (word: string | undefined): string => (word ?? "").trim().toLowerCase().replaceAll("-", "_");

function merge(value: ConfigValue, other: ConfigValue, mergers: Mergers): ConfigValue {
  if (value.kind === "map") return other.kind === "map" ? mergeMaps(value, other, mergers) : value;
  const options = mergers.get(value.kind === "list" ? "list" : "str");
  if (options === undefined) return value;
  if (value.kind === "list") return mergeLists(value, other, mergers, options);
  if (typeof value.value !== "string") return value;
  // without `append` a text gives way to whatever stands in its place (mergers/m_str.py)
  if (!options.has("append")) return other;
  if (other.kind !== "scalar" || typeof other.value !== "string") return value;
  const text = value.value + other.value;
  return { kind: "scalar", value: text, text };
}

const isText = (value: ConfigValue): boolean => value.kind === "scalar" && typeof value.value === "string";

function mayRecurse(value: ConfigValue, options: ReadonlySet<string>, always: boolean): boolean {
  if (value.kind === "list") return options.has("recurse_array") || options.has("recurse_list");
  if (value.kind === "map") return always || options.has("recurse_dict");
  return isText(value) && options.has("recurse_str");
}

function mergeMaps(value: ConfigMap, other: ConfigMap, mergers: Mergers): ConfigMap {
  const options = mergers.get("dict");
  if (options === undefined) return value;
  const entries = new Map(value.entries);
  for (const [key, entry] of other.entries) {
    const old = entries.get(key);
    const isEmpty = entry.value.kind === "scalar" && entry.value.value === null;
    if (old === undefined || options.has("replace")) entries.set(key, entry);
    else if (isEmpty && options.has("allow_delete")) entries.delete(key);
    else if (mayRecurse(entry.value, options, true)) {
      const result = merge(old.value, entry.value, mergers);
      entries.set(key, { value: result, where: result === entry.value ? entry.where : old.where });
    }
  }
  return { kind: "map", entries };
}

function mergeLists(
  value: Extract<ConfigValue, { kind: "list" }>,
  other: ConfigValue,
  mergers: Mergers,
  options: ReadonlySet<string>,
): ConfigValue {
  const method =
    ["append", "prepend", "replace", "no_replace"].find((name) => options.has(name)) ?? "replace";
  if (other.kind !== "list" && (method === "replace" || method === "no_replace"))
    return method === "replace" ? other : value;
  const joined = (items: readonly ConfigValue[]): ConfigValue => ({
    kind: "list",
    items: items.slice(0, maxItems),
  });
  if (method === "prepend") return joined([...itemsOf(other), ...value.items]);
  if (method === "append") return joined([...value.items, ...itemsOf(other)]);
  if (method === "no_replace" || other.kind !== "list") return value;
  return joined(
    value.items.map((old, index) => {
      const next = other.items[index];
      if (next === undefined) return old;
      return mayRecurse(next, options, false) ? merge(old, next, mergers) : next;
    }),
  );
}

/** What Python's list.extend takes: of a mapping its keys, of a text its characters. */
function itemsOf(value: ConfigValue): readonly ConfigValue[] {
  if (value.kind === "list") return value.items;
  const words =
    value.kind === "map" ? [...value.entries.keys()] : isText(value) ? Array.from(value.text) : [];
  return words.slice(0, maxItems).map((text) => ({ kind: "scalar", value: text, text }));
}
