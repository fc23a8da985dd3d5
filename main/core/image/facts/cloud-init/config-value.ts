import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode } from "yaml";
import type { Where } from "#contract/where.ts";

/** A configuration as cloud-init holds it, with the line that each key comes from. */
export type ConfigValue =
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, ConfigEntry> }
  | { readonly kind: "list"; readonly items: readonly ConfigValue[] }
  | { readonly kind: "scalar"; readonly value: string | number | boolean | null; readonly text: string };
export type ConfigMap = Extract<ConfigValue, { kind: "map" }>;

export interface ConfigEntry {
  readonly value: ConfigValue;
  readonly where: Where;
}

export const emptyConfig: ConfigMap = { kind: "map", entries: new Map() };

const maxNodes = 20_000;
const maxDepth = 50;
const maxLength = 128 * 1024;
const maxLines = 2000;
const maxIndicators = 3000;
const nothing: ConfigValue = { kind: "scalar", value: null, text: "" };

/**
 * Reads YAML 1.1 as PyYAML does: `yes` and `on` are true, the last of equal keys counts, `<<` merges. Aliases
 * count as what they stand for, so a bomb runs into the limit. null for what is no mapping, or too large.
 */
export function parseConfig(text: string, path: string): ConfigMap | null {
  if (isTooMuch(text)) return null;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
    version: "1.1",
  });
  if (document.errors.length > 0) return null;
  if (document.contents === null) return emptyConfig;
  let nodes = 0;
  const anchors = new Map<string, { value: ConfigValue; nodes: number }>();

  function convert(node: unknown, depth: number): ConfigValue {
    const before = nodes++;
    const anchored = isAlias(node) ? anchors.get(node.source) : undefined;
    nodes += anchored?.nodes ?? 0;
    if (nodes > maxNodes || depth > maxDepth) throw new RangeError("configuration too large");
    if (anchored !== undefined) return anchored.value;
    const value = convertNode(node, depth);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, { value, nodes: nodes - before });
    return value;
  }

  function convertNode(node: unknown, depth: number): ConfigValue {
    if (isAlias(node)) throw new RangeError("an alias of itself");
    if (isScalar(node)) return scalarOf(node.value, node.source);
    if (isSeq(node)) return { kind: "list", items: node.items.map((item) => convert(item, depth + 1)) };
    if (!isMap(node)) return nothing;
    const entries = new Map<string, ConfigEntry>();
    const merged: ConfigMap[] = [];
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const inner = convert(value, depth + 1);
      const name = key.source ?? String(key.value);
      if (name === "<<") {
        merged.push(...(inner.kind === "list" ? inner.items : [inner]).filter((part) => part.kind === "map"));
        continue;
      }
      const offset = (key as ParsedNode).range?.[0] ?? 0;
      entries.set(name, { value: inner, where: { path, line: lines.linePos(offset).line } });
    }
    for (const part of merged) {
      for (const [name, entry] of part.entries) {
        if (!entries.has(name)) entries.set(name, entry);
      }
    }
    return { kind: "map", entries };
  }

  try {
    const value = convert(document.contents, 0);
    return value.kind === "map" ? value : value === nothing || isNull(value) ? emptyConfig : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const isNull = (value: ConfigValue): boolean => value.kind === "scalar" && value.value === null;

function scalarOf(value: unknown, source: string | undefined): ConfigValue {
  const text = source ?? String(value);
  // the 1.1 schema also takes a single letter for a boolean, which PyYAML does not
  if (typeof value === "boolean" && /^[yn]$/i.test(text)) return { kind: "scalar", value: text, text };
  if (value === null || typeof value === "boolean" || typeof value === "number")
    return { kind: "scalar", value, text };
  return { kind: "scalar", value: typeof value === "string" ? value : text, text };
}

/**
 * The parser cannot be interrupted and grows slow, with errors even quadratically: what no configuration has is
 * not given to it. One pass; the largest file that passes is parsed within some 50 ms.
 */
function isTooMuch(text: string): boolean {
  if (text.length > maxLength) return true;
  let lines = 0;
  let indicators = 0;
  let open = 0;
  for (const line of text.split("\n")) {
    if (++lines > maxLines || /^(?:\s*[-?]){100}/.test(line) || /^\s{1000}/.test(line)) return true;
    for (const [indicator] of line.matchAll(/[[\]{},"'\\]|[*&!](?=\S)|[:?](?=\s|$)/g)) {
      if (++indicators > maxIndicators) return true;
      if (indicator === "[" || indicator === "{") open++;
      else if (indicator === "]" || indicator === "}") open = Math.max(0, open - 1);
      if (open > maxDepth * 2) return true;
    }
  }
  return false;
}

/** The entry at a path of keys; null where a part of it is missing. */
export function entryAt(config: ConfigMap, ...keys: string[]): ConfigEntry | null {
  let found: ConfigEntry | null = null;
  let value: ConfigValue = config;
  for (const key of keys) {
    found = value.kind === "map" ? (value.entries.get(key) ?? null) : null;
    if (found === null) return null;
    value = found.value;
  }
  return found;
}
