import { isAlias, isCollection, isNode, isPair, visit, type Document, type Node } from "yaml";

export interface YamlHazard {
  /** Where in the text, in characters. */
  readonly offset: number;
  readonly message: string;
}

/** Deeper than any recipe; code that descends a value need not fear for its stack. */
const maxDepth = 32;
/** Values that all aliases together stand for: a small file becomes a huge one by aliases of aliases. */
const maxRepeatedValues = 5_000;

/** The first thing in a document that would not end, or become huge, when it is made into plain data; null: none. */
export function findHazard(document: Document.Parsed): YamlHazard | null {
  let found: YamlHazard | null = null;
  let repeated = 0;
  const anchors = new Map<string, Node>();
  /** What each alias stands for. Whatever an anchor holds has been visited before its alias is. */
  const targets = new Map<Node, Node>();
  const sizes = new Map<Node, number>();
  const stop = (node: Node, message: string): symbol => {
    found = { offset: node.range?.[0] ?? 0, message };
    return visit.BREAK;
  };
  visit(document, {
    Node(_key, node, path) {
      if (path.filter(isCollection).length > maxDepth) return stop(node, "This is nested too deeply");
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return undefined;
      }
      const target = anchors.get(node.source);
      if (target === undefined) return stop(node, `There is no \`&${node.source}\` before this`);
      if (path.includes(target)) return stop(node, "This alias stands inside what it names");
      targets.set(node, target);
      repeated += sizeOf(target);
      return repeated > maxRepeatedValues
        ? stop(node, "The document repeats itself through too many aliases")
        : undefined;
    },
  });
  return found;

  /** How many values a node stands for, aliases counted in full; no more than the limit is counted. */
  function sizeOf(node: Node): number {
    const known = sizes.get(node);
    if (known !== undefined) return known;
    let size = 1;
    for (const item of isCollection(node) ? node.items : []) {
      const value = isPair(item) ? item.value : item;
      if (isNode(value)) size += sizeOf(targets.get(value) ?? value);
      if (size > maxRepeatedValues) break;
    }
    sizes.set(node, size);
    return size;
  }
}
