import type { DirectoryEntry, Filesystem } from "#core/image/filesystem/filesystem.ts";
import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { createChunkMap, parseChunk, parseSystemChunks, type ChunkMap } from "./chunk-map.ts";
import { entryName, kindOf, nameHash, parseDirectoryItems, type BtrfsDirectoryItem } from "./directory.ts";
import { createFileData, type FileData } from "./file-data.ts";
import { emptyDirectory, readInode, type BtrfsNode, type Subtree } from "./inode.ts";
import { itemType, maxOffset, objectId } from "./key.ts";
import { createSubvolumes, type Subvolumes } from "./subvolumes.ts";
import { damagedTree, type BtrfsSuperblock } from "./superblock.ts";
import { createTrees, type Trees } from "./trees.ts";

const maxDirectoryEntries = 500_000;
const maxLinkBytes = 4096;
const maxPathParts = 256;
const maxReadBytes = 256 * 1024 ** 2;

interface Opened {
  readonly superblock: BtrfsSuperblock;
  readonly trees: Trees;
  readonly subvolumes: Subvolumes;
  readonly data: FileData;
}

/** btrfs, read-only, as `mount` without options shows it. The superblock has been found sound. */
export async function openBtrfs(
  device: BlockDevice,
  superblock: BtrfsSuperblock,
): Promise<Filesystem<BtrfsNode>> {
  const chunks = createChunkMap(device);
  for (const chunk of parseSystemChunks(superblock.systemChunks, superblock.deviceId)) chunks.add(chunk);
  const trees = createTrees(chunks, superblock);
  await readChunkTree(trees, chunks, superblock);
  const subvolumes = createSubvolumes(trees, superblock);
  const data = createFileData(chunks, trees, superblock);
  const opened = { superblock, trees, subvolumes, data };
  const notes = [...superblock.notes];
  let subtree = await subvolumes.byId(await subvolumes.defaultId());
  if (subtree === null) {
    notes.push("The btrfs filesystem's default subvolume is missing; its top level was read instead.");
    subtree = await subvolumes.byId(objectId.topLevel);
  }
  if (subtree === null) throw damagedTree("it has no tree of files");
  return viewOf(opened, subtree, (await subvolumes.pathOf(subtree.id)) ?? null, notes);
}

async function readChunkTree(trees: Trees, chunks: ChunkMap, superblock: BtrfsSuperblock): Promise<void> {
  const from = { objectid: objectId.chunks, type: itemType.chunk, offset: 0 };
  for await (const items of trees.scan(superblock.chunkTree, from, { ...from, offset: maxOffset })) {
    for (const { offset, data } of items) chunks.add(parseChunk(offset, data, superblock.deviceId));
  }
}

function viewOf(
  opened: Opened,
  top: Subtree,
  path: string | null,
  notes: readonly string[],
): Filesystem<BtrfsNode> {
  const { superblock, trees, subvolumes, data } = opened;
  let lastNames: { inode: number; subtree: number; names: Map<string, BtrfsDirectoryItem> } | null = null;

  async function findEntry(directory: BtrfsNode, name: string): Promise<BtrfsDirectoryItem | null> {
    const bytes = Buffer.from(name);
    const key = { objectid: directory.inode, type: itemType.directoryItem, offset: nameHash(bytes) };
    const found = await trees.find(directory.subtree.root, key);
    const item = found === null ? undefined : parseDirectoryItems(found).find((i) => i.name.equals(bytes));
    if (item !== undefined) return item;
    // a name that is no UTF-8 was listed with replacement characters, whose hash is another one
    return name.includes("\ufffd") ? ((await namesOf(directory)).get(name) ?? null) : null;
  }

  /** Of the folder asked for last, or each of many such names would be a way through all of them. */
  async function namesOf(directory: BtrfsNode): Promise<ReadonlyMap<string, BtrfsDirectoryItem>> {
    if (lastNames?.inode === directory.inode && lastNames.subtree === directory.subtree.id)
      return lastNames.names;
    const names = new Map<string, BtrfsDirectoryItem>();
    for await (const each of entries(directory)) names.set(each.name.toString("utf8"), each);
    lastNames = { inode: directory.inode, subtree: directory.subtree.id, names };
    return names;
  }

  /** In the order in which they were made, as `ls -U` shows them. */
  async function* entries(directory: BtrfsNode): AsyncGenerator<BtrfsDirectoryItem> {
    const from = { objectid: directory.inode, type: itemType.directoryIndex, offset: 0 };
    let count = 0;
    for await (const items of trees.scan(directory.subtree.root, from, { ...from, offset: maxOffset })) {
      for (const item of items) {
        const [entry] = parseDirectoryItems(item.data);
        if (++count > maxDirectoryEntries) throw unreadable("A folder has too many entries");
        if (entry !== undefined) yield entry;
      }
    }
  }

  async function nodeOf(parent: BtrfsNode, { location }: BtrfsDirectoryItem): Promise<BtrfsNode> {
    const { subtree } = parent;
    if (location.type === itemType.inode) return readInode(trees, subtree, location.objectid);
    if (location.type !== itemType.root) throw damagedTree("a folder's entry leads nowhere");
    const isThere = await subvolumes.isBelow(subtree.id, location.objectid);
    const below = isThere ? await subvolumes.byId(location.objectid) : null;
    return below === null ? emptyDirectory(subtree) : readInode(trees, below, below.directoryId);
  }

  async function read(file: BtrfsNode, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
    const length = Math.max(0, Math.min(lengthBytes, file.sizeBytes - offsetBytes));
    if (length > maxReadBytes) throw unreadable("A file is too large to be read at once");
    const buffer = Buffer.alloc(length);
    if (length > 0) await data.fill(file.subtree.root, file.inode, offsetBytes, buffer);
    return buffer;
  }

  async function lookup(directory: BtrfsNode, name: string): Promise<BtrfsNode | null> {
    const item = await findEntry(directory, name);
    return item === null ? null : nodeOf(directory, item);
  }

  async function openSubvolume(which: string | number): Promise<Filesystem<BtrfsNode> | null> {
    const id = typeof which === "number" ? which : await idOfPath(which);
    const subtree = id === null ? null : await subvolumes.byId(id);
    if (subtree === null) return null;
    return viewOf(opened, subtree, await subvolumes.pathOf(subtree.id), []);
  }

  async function idOfPath(wanted: string): Promise<number | null> {
    const topLevel = await subvolumes.byId(objectId.topLevel);
    if (topLevel === null) return null;
    let node: BtrfsNode | null = await readInode(trees, topLevel, topLevel.directoryId);
    const names = wanted.split("/").filter((part) => part !== "");
    if (names.length > maxPathParts) return null;
    for (const name of names) {
      node = node.kind === "directory" ? await lookup(node, name) : null;
      if (node === null) return null;
    }
    return node.inode === node.subtree.directoryId ? node.subtree.id : null;
  }

  return {
    type: "btrfs",
    label: superblock.label,
    uuid: superblock.uuid,
    notes,
    subvolume: path,
    root: async () => {
      const root = await readInode(trees, top, top.directoryId);
      if (root.kind !== "directory") throw damagedTree("it has no root folder");
      return root;
    },
    lookup,
    list: async (directory) => {
      const found = new Map<string, DirectoryEntry>();
      for await (const entry of entries(directory)) {
        const name = entryName(entry.name);
        if (name !== null) found.set(name, { name, kind: kindOf(entry.type) });
      }
      return [...found.values()];
    },
    read,
    readLink: async (link) => {
      if (link.sizeBytes > maxLinkBytes) throw unreadable("A link is longer than a path can be");
      return (await read(link, 0, link.sizeBytes)).toString("utf8").split("\0")[0] ?? "";
    },
    attribute: async (node, name) => {
      const bytes = Buffer.from(name);
      const key = { objectid: node.inode, type: itemType.attribute, offset: nameHash(bytes) };
      const found = await trees.find(node.subtree.root, key);
      const item = found === null ? undefined : parseDirectoryItems(found).find((i) => i.name.equals(bytes));
      return item === undefined ? null : Buffer.from(item.value);
    },
    openSubvolume,
    subvolumes: () => subvolumes.list(),
  };
}
