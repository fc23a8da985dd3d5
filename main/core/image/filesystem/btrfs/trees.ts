import { createPace } from "#core/image/compression/pace.ts";
import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import { AppError } from "#core/lib/app-error.ts";
import { checksumHolds } from "./checksum.ts";
import type { ChunkMap } from "./chunk-map.ts";
import { maxLevel } from "./features.ts";
import { compareKeys, type Key } from "./key.ts";
import { damagedTree, type BtrfsSuperblock, type TreeRoot } from "./superblock.ts";
import {
  childAt,
  compareAt,
  itemDataAt,
  keyAt,
  lastNotAfter,
  parseTreeNode,
  type TreeNode,
} from "./tree-node.ts";

export interface Item extends Key {
  /** Shares memory with a cached block: read it, do not write. */
  readonly data: Buffer;
}

/**
 * Lookups in the B-trees of one filesystem. A descent takes one block a level and levels count down, so none is
 * longer than eight; each block below starts with the key that led to it, so a scan meets every block once.
 */
export interface Trees {
  /** null when there is no such item. */
  find(root: TreeRoot, key: Key): Promise<Buffer | null>;
  /** The last item that does not come after `key`. */
  findLastNotAfter(root: TreeRoot, key: Key): Promise<Item | null>;
  /** Items from `from` to `to`, both included, leaf by leaf. */
  scan(root: TreeRoot, from: Key, to: Key): AsyncGenerator<readonly Item[]>;
}

const cacheBytes = 16 * 1024 ** 2;

/** Where a block lies, and what it must be. */
interface Place {
  readonly logical: number;
  readonly level: number;
  readonly generation: number | null;
  /** null for a root, which may be empty. */
  readonly firstKey: Key | null;
}

interface Position {
  readonly leaf: TreeNode;
  readonly index: number;
}

function rootPlace(root: TreeRoot): Place {
  if (root.level > maxLevel) throw damagedTree("a tree is too high");
  return { ...root, firstKey: null };
}

const placeBelow = (node: TreeNode, index: number): Place => ({
  ...childAt(node, index),
  level: node.level - 1,
  firstKey: keyAt(node, index),
});

function checked(node: TreeNode, { logical, level, generation, firstKey }: Place): TreeNode {
  if (node.level !== level) throw damagedTree(`the tree block at ${logical} is on the wrong level`);
  if (generation !== null && node.generation !== generation)
    throw damagedTree(`the tree block at ${logical} is of another time`);
  if (firstKey !== null && (node.count === 0 || compareAt(node, 0, firstKey) !== 0))
    throw damagedTree(`the tree block at ${logical} starts with another key than its parent says`);
  return node;
}

/** Where a descent to `key` goes on, or ends. */
function step(node: TreeNode, key: Key): Place | Position {
  const index = lastNotAfter(node, key);
  return node.level === 0 || index < 0 ? { leaf: node, index } : placeBelow(node, index);
}

export function createTrees(chunks: ChunkMap, superblock: BtrfsSuperblock): Trees {
  const { nodeBytes, checksumType, metadataUuid } = superblock;
  const nodes = createBoundedMap<number, TreeNode>(Math.max(64, cacheBytes / nodeBytes));
  const pending = new Map<number, Promise<TreeNode>>();
  const pace = createPace();

  /** The first sound copy. */
  async function readNode(logical: number, generation: number | null): Promise<TreeNode> {
    const copies = chunks.copies(logical);
    let failure: unknown = damagedTree(`nothing lies at its address ${logical}`);
    for (let mirror = 0; mirror < copies; mirror++) {
      try {
        // a copy, because the bytes are kept and may be a small part of a page
        const bytes = Buffer.from(await chunks.read(logical, nodeBytes, mirror));
        if (checksumHolds(checksumType, bytes) === false)
          throw damagedTree(`the checksum of the tree block at ${logical} is wrong`);
        const node = parseTreeNode(bytes, logical, metadataUuid);
        if (generation !== null && node.generation !== generation)
          throw damagedTree(`the tree block at ${logical} is of another time`);
        return node;
      } catch (error) {
        if (!(error instanceof AppError && error.code === "image-unreadable")) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async function load(logical: number, generation: number | null): Promise<TreeNode> {
    const read = pending.get(logical) ?? readNode(logical, generation);
    pending.set(logical, read);
    try {
      const node = await read;
      nodes.set(logical, node);
      return node;
    } finally {
      pending.delete(logical);
    }
  }

  async function nodeAt(place: Place): Promise<TreeNode> {
    await pace();
    return checked(nodes.get(place.logical) ?? (await load(place.logical, place.generation)), place);
  }

  /** The leaf and index of the last key that does not come after `key`; index -1 when it is before all. */
  async function descend(root: TreeRoot, key: Key): Promise<Position> {
    let place = rootPlace(root);
    for (;;) {
      const next = step(await nodeAt(place), key);
      if ("leaf" in next) return next;
      place = next;
    }
  }

  /** The same without waiting; null when a block is not at hand. Most lookups end here. */
  function descendCached(root: TreeRoot, key: Key): Position | null {
    let place = rootPlace(root);
    for (;;) {
      const node = nodes.get(place.logical);
      if (node === undefined) return null;
      const next = step(checked(node, place), key);
      if ("leaf" in next) return next;
      place = next;
    }
  }

  async function position(root: TreeRoot, key: Key): Promise<Position> {
    const turn = pace();
    if (turn !== undefined) await turn;
    return descendCached(root, key) ?? descend(root, key);
  }

  async function findLastNotAfter(root: TreeRoot, key: Key): Promise<Item | null> {
    const { leaf, index } = await position(root, key);
    return index < 0 ? null : { ...keyAt(leaf, index), data: itemDataAt(leaf, index) };
  }

  return {
    findLastNotAfter,
    async find(root, key) {
      const { leaf, index } = await position(root, key);
      return index < 0 || compareAt(leaf, index, key) !== 0 ? null : itemDataAt(leaf, index);
    },
    async *scan(root, from, to) {
      /** Blocks from the root down, each with the index of the entry to follow next. */
      const path: { node: TreeNode; next: number }[] = [];
      const top = await nodeAt(rootPlace(root));
      path.push({ node: top, next: start(top, from) });
      for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
        const { node } = here;
        if (node.level > 0) {
          const index = here.next++;
          if (index >= node.count || compareAt(node, index, to) > 0) path.pop();
          else {
            const child = await nodeAt(placeBelow(node, index));
            path.push({ node: child, next: start(child, from) });
          }
          continue;
        }
        path.pop();
        const items: Item[] = [];
        for (let index = here.next; index < node.count && compareAt(node, index, to) <= 0; index++)
          items.push({ ...keyAt(node, index), data: itemDataAt(node, index) });
        if (items.length > 0) yield items;
      }
    },
  };
}

/** The first entry that leads to `from` or to what comes after it. */
function start(node: TreeNode, from: Key): number {
  const index = lastNotAfter(node, from);
  if (index < 0) return 0;
  return node.level > 0 || compareKeys(keyAt(node, index), from) === 0 ? index : index + 1;
}
