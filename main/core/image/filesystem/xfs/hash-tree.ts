import { damaged } from "./volume.ts";

/** xfs_da_format.h: the tree over name hashes that folders and attributes share. */
const nodeMagic = { version4: 0xfebe, version5: 0x3ebe } as const;
/** XFS_DA_NODE_MAXDEPTH */
const maxDepth = 5;
/** Names of one hash can go on in the next leaf; more than this is no accident. */
const maxNeighbours = 64;
const maxCandidates = 256;

export interface HashTree {
  readonly checksums: boolean;
  readonly leafMagics: readonly number[];
  /** Where the entries of a leaf start. */
  readonly leafEntriesAt: number;
  /** Number of the first block. */
  readonly root: number;
  /** A block of the tree, found sound. */
  readBlock(number: number): Promise<Buffer>;
}

/**
 * Calls `visit` with each leaf entry (its leaf and the offset in it) of this hash until it answers something.
 * Leaf entries are 8 bytes and begin with their hash; so do those of nodes, where it is the highest below.
 */
export async function findByHash<T>(
  tree: HashTree,
  hash: number,
  visit: (leaf: Buffer, at: number) => Promise<T | null> | T | null,
): Promise<T | null> {
  let leaf = await descend(tree, hash);
  let candidates = 0;
  for (let neighbours = 0; leaf !== null && neighbours < maxNeighbours; neighbours++) {
    const count = leaf.readUInt16BE(tree.checksums ? 56 : 12);
    if (tree.leafEntriesAt + count * 8 > leaf.length) throw damaged("an index of names has a wrong count");
    let isPast = false;
    for (let index = 0; index < count; index++) {
      const at = tree.leafEntriesAt + index * 8;
      const found = leaf.readUInt32BE(at);
      isPast = found > hash;
      if (isPast) break;
      if (found !== hash) continue;
      if (++candidates > maxCandidates) throw damaged("too many names share one place in an index");
      const answer = await visit(leaf, at);
      if (answer !== null) return answer;
    }
    const next = leaf.readUInt32BE(0);
    if (isPast || next === 0) return null;
    leaf = await tree.readBlock(next);
    if (!tree.leafMagics.includes(leaf.readUInt16BE(8))) throw damaged("an index of names is broken off");
  }
  return null;
}

/** The first leaf that can hold the hash; null when the hash is greater than every other. */
async function descend(tree: HashTree, hash: number): Promise<Buffer | null> {
  let block = await tree.readBlock(tree.root);
  for (let expected: number | null = null; ;) {
    const magic = block.readUInt16BE(8);
    if (tree.leafMagics.includes(magic) && (expected ?? 0) === 0) return block;
    if (magic !== (tree.checksums ? nodeMagic.version5 : nodeMagic.version4)) break;
    const start = tree.checksums ? 64 : 16;
    const count = block.readUInt16BE(start - (tree.checksums ? 8 : 4));
    const level = block.readUInt16BE(start - (tree.checksums ? 6 : 2));
    if (level < 1 || level > maxDepth || (expected !== null && level !== expected)) break;
    if (start + count * 8 > block.length) break;
    let index = 0;
    while (index < count && block.readUInt32BE(start + index * 8) < hash) index++;
    if (index === count) return null;
    block = await tree.readBlock(block.readUInt32BE(start + index * 8 + 4));
    expected = level - 1;
  }
  throw damaged("an index of names is broken off");
}
