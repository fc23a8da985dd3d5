import type { Subvolume } from "#core/image/filesystem/filesystem.ts";
import { nameHash, parseDirectoryItems } from "./directory.ts";
import type { Subtree } from "./inode.ts";
import { itemType, maxOffset, objectId, u64At } from "./key.ts";
import { damagedTree, type BtrfsSuperblock } from "./superblock.ts";
import type { Trees } from "./trees.ts";

/** How the trees of files of a filesystem are found and named. */
export interface Subvolumes {
  /** null when there is none of that number, or it is being deleted. */
  byId(id: number): Promise<Subtree | null>;
  /** What `mount` without options shows. */
  defaultId(): Promise<number>;
  /** Path from the top level, without a slash in front; empty for the top level. null: it hangs nowhere. */
  pathOf(id: number): Promise<string | null>;
  /** Whether `child` is seen in `parent`: a snapshot keeps the name of a subvolume, but not what is in it. */
  isBelow(parent: number, child: number): Promise<boolean>;
  list(): Promise<readonly Subvolume[]>;
}

const oldRootItemBytes = 239;
const readOnlyFlag = 1;
const maxDepth = 64;
const maxListed = 2000;
/** Trees above count down from 2^64: they are not of files. */
const lastId = 2 ** 48;

export function createSubvolumes(trees: Trees, superblock: BtrfsSuperblock): Subvolumes {
  const { rootTree } = superblock;
  const known = new Map<number, Subtree | null>();
  const paths = new Map<number, string | null>();

  async function byId(id: number): Promise<Subtree | null> {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const read = await readRoot(id);
    if (known.size < maxListed) known.set(id, read);
    return read;
  }

  async function readRoot(id: number): Promise<Subtree | null> {
    if (id !== objectId.topLevel && (id < objectId.firstFree || id > lastId)) return null;
    const item = await trees.findLastNotAfter(rootTree, {
      objectid: id,
      type: itemType.root,
      offset: maxOffset,
    });
    if (item === null || item.objectid !== id || item.type !== itemType.root) return null;
    return parseRoot(id, item.data);
  }

  /** Remembered, or a thousand nested subvolumes would be a million lookups. */
  async function pathOf(id: number, depth = 0): Promise<string | null> {
    if (id === objectId.topLevel) return "";
    const remembered = paths.get(id);
    if (remembered !== undefined) return remembered;
    const path = depth > maxDepth ? null : await pathFromParent(id, depth);
    if (paths.size < maxListed) paths.set(id, path);
    return path;
  }

  async function pathFromParent(id: number, depth: number): Promise<string | null> {
    const from = { objectid: id, type: itemType.rootBackReference, offset: maxOffset };
    const item = await trees.findLastNotAfter(rootTree, from);
    if (item?.objectid !== id || item.type !== from.type) return null;
    const parent = await byId(item.offset);
    if (parent === null) return null;
    const { directoryId, name } = parseReference(item.data);
    const above = await pathOf(parent.id, depth + 1);
    const folder = above === null ? null : await folderPath(trees, parent, directoryId);
    if (folder === null) return null;
    return [above, folder, name].filter((part) => part !== "").join("/");
  }

  return {
    byId,
    pathOf: (id) => pathOf(id),
    async defaultId() {
      const name = Buffer.from("default");
      const key = {
        objectid: superblock.rootDirectoryId,
        type: itemType.directoryItem,
        offset: nameHash(name),
      };
      const data = await trees.find(rootTree, key);
      const items = data === null ? [] : parseDirectoryItems(data);
      const found = items.find((item) => item.name.equals(name));
      return found?.location.objectid ?? objectId.topLevel;
    },
    async isBelow(parent, child) {
      const key = { objectid: parent, type: itemType.rootReference, offset: child };
      return (await trees.find(rootTree, key)) !== null;
    },
    async list() {
      const from = { objectid: objectId.firstFree, type: itemType.root, offset: 0 };
      const to = { objectid: lastId, type: itemType.root, offset: maxOffset };
      const ids = new Set<number>();
      for await (const items of trees.scan(rootTree, from, to)) {
        for (const item of items) if (item.type === itemType.root) ids.add(item.objectid);
        if (ids.size >= maxListed) break;
      }
      const listed: Subvolume[] = [];
      for (const id of ids) {
        const subtree = await byId(id);
        const path = subtree === null ? null : await pathOf(id);
        if (subtree !== null && path !== null) listed.push({ id, path, isReadOnly: subtree.isReadOnly });
      }
      return listed;
    },
  };
}

/** An inode, then: generation @160, folder's inode @168, block @176, flags @208, references @216, level @238. */
function parseRoot(id: number, data: Buffer): Subtree | null {
  if (data.length < oldRootItemBytes) throw damagedTree(`the root of its tree ${id} is too short`);
  if (data.readUInt32LE(216) === 0) return null;
  return {
    id,
    root: { logical: u64At(data, 176), level: data.readUInt8(238), generation: u64At(data, 160) },
    directoryId: u64At(data, 168),
    isReadOnly: (data.readUInt32LE(208) & readOnlyFlag) !== 0,
  };
}

/** Folder's inode u64, index u64, name's length u16, name. */
function parseReference(data: Buffer): { directoryId: number; name: string } {
  if (data.length < 18 || data.length < 18 + data.readUInt16LE(16))
    throw damagedTree("a subvolume's name is too short");
  return { directoryId: u64At(data, 0), name: data.toString("utf8", 18, 18 + data.readUInt16LE(16)) };
}

/** Path of a folder in its tree, by its inode's references upwards; null when it hangs nowhere. */
async function folderPath(trees: Trees, subtree: Subtree, directoryId: number): Promise<string | null> {
  const names: string[] = [];
  let inode = directoryId;
  for (let depth = 0; inode !== subtree.directoryId; depth++) {
    const from = { objectid: inode, type: itemType.inodeRef, offset: maxOffset };
    const item = await trees.findLastNotAfter(subtree.root, from);
    if (depth > maxDepth || item?.objectid !== inode || item.type !== from.type) return null;
    if (item.data.length < 10) throw damagedTree("a folder's name is too short");
    names.unshift(item.data.toString("utf8", 10, 10 + item.data.readUInt16LE(8)));
    inode = item.offset;
  }
  return names.join("/");
}
