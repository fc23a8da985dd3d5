import { forkRuns } from "./block-map.ts";
import { findByHash, type HashTree } from "./hash-tree.ts";
import type { Fork } from "./inode.ts";
import { nameHash } from "./name-hash.ts";
import { damaged, headers, type XfsVolume } from "./volume.ts";

/** xfs_da_format.h: XFS_ATTR_*; the namespace is a flag, not a part of the name. */
const flag = { local: 0x1, trusted: 0x2, security: 0x4, parent: 0x8, incomplete: 0x80 } as const;
const namespaceFlags = flag.trusted | flag.security | flag.parent;
const namespaces: readonly (readonly [string, number])[] = [
  ["user.", 0],
  ["trusted.", flag.trusted],
  ["security.", flag.security],
];
const maxValueBytes = 64 * 1024;
const remoteMagic = 0x5841_524d; // XARM
const remoteHeaderBytes = 56;

/**
 * null when there is no attribute of this name, or no such namespace in XFS. ACLs are kept as
 * `trusted.SGI_ACL_FILE` in a form of their own; `system.posix_acl_access` is what Linux makes of them.
 */
export async function readAttribute(volume: XfsVolume, fork: Fork, name: string): Promise<Buffer | null> {
  const namespace = namespaces.find(([prefix]) => name.startsWith(prefix));
  if (namespace === undefined) return null;
  const wanted = { name: Buffer.from(name.slice(namespace[0].length)), space: namespace[1] };
  if (fork.format === "local") return findInline(fork.bytes, wanted);
  if (fork.format === "extents" && fork.extents === 0) return null;
  const { checksums } = volume.superblock;
  const tree: HashTree = {
    checksums,
    leafMagics: [checksums ? 0x3bee : 0xfbee],
    leafEntriesAt: checksums ? 80 : 32,
    root: 0,
    readBlock: async (number) => {
      const [run] = await forkRuns(volume, fork, number, number);
      if (run === undefined) throw damaged("attributes have a hole");
      const block = await volume.readBlocks(run.physical, 1);
      volume.verify(block, run.physical, headers.hashTree, "a block of attributes");
      return block;
    },
  };
  return findByHash(tree, nameHash(wanted.name), (leaf, at) => readEntry(volume, fork, leaf, at, wanted));
}

interface Wanted {
  readonly name: Buffer;
  readonly space: number;
}

/** In the inode: total size u16, count u8, then length of name, length of value, flags, name, value. */
function findInline(bytes: Buffer, wanted: Wanted): Buffer | null {
  if (bytes.length < 4) throw damaged("attributes are cut off");
  const end = Math.min(bytes.length, bytes.readUInt16BE(0));
  let at = 4;
  for (let left = bytes.readUInt8(2); left > 0; left--) {
    if (at + 3 > end) throw damaged("attributes are cut off");
    const valueAt = at + 3 + bytes.readUInt8(at);
    const next = valueAt + bytes.readUInt8(at + 1);
    if (next > end) throw damaged("attributes are cut off");
    const isSpace = (bytes.readUInt8(at + 2) & namespaceFlags) === wanted.space;
    if (isSpace && bytes.subarray(at + 3, valueAt).equals(wanted.name)) return bytes.subarray(valueAt, next);
    at = next;
  }
  return null;
}

/** Leaf entry: hash, place of name and value u16, flags u8. The value is there or in blocks of its own. */
async function readEntry(
  volume: XfsVolume,
  fork: Fork,
  leaf: Buffer,
  at: number,
  wanted: Wanted,
): Promise<Buffer | null> {
  const place = leaf.readUInt16BE(at + 4);
  const flags = leaf.readUInt8(at + 6);
  if ((flags & namespaceFlags) !== wanted.space || (flags & flag.incomplete) !== 0) return null;
  const isLocal = (flags & flag.local) !== 0;
  const nameAt = place + (isLocal ? 3 : 9);
  if (nameAt > leaf.length) throw damaged("attributes are cut off");
  const nameEnd = nameAt + leaf.readUInt8(nameAt - 1);
  if (!leaf.subarray(nameAt, nameEnd).equals(wanted.name)) return null;
  if (!isLocal) return readRemote(volume, fork, leaf.readUInt32BE(place), leaf.readUInt32BE(place + 4));
  const valueEnd = nameEnd + leaf.readUInt16BE(place);
  if (valueEnd > leaf.length) throw damaged("attributes are cut off");
  return leaf.subarray(nameEnd, valueEnd);
}

async function readRemote(
  volume: XfsVolume,
  fork: Fork,
  first: number,
  lengthBytes: number,
): Promise<Buffer> {
  if (lengthBytes > maxValueBytes) throw damaged("an attribute is longer than Linux allows");
  const { blockBytes, checksums } = volume.superblock;
  const start = checksums ? remoteHeaderBytes : 0;
  const count = Math.ceil(lengthBytes / (blockBytes - start));
  const runs = count === 0 ? [] : await forkRuns(volume, fork, first, first + count - 1);
  const parts: Buffer[] = [];
  let leftBytes = lengthBytes;
  for (const run of runs) {
    const bytes = await volume.readBlocks(run.physical, run.count);
    for (let index = 0; index < run.count; index++) {
      const block = bytes.subarray(index * blockBytes, (index + 1) * blockBytes);
      if (checksums) {
        if (block.readUInt32BE(0) !== remoteMagic) throw damaged("the value of an attribute is not there");
        volume.verify(block, run.physical + index, headers.remote, "the value of an attribute");
      }
      const part = block.subarray(start, start + leftBytes);
      leftBytes -= part.length;
      parts.push(part);
    }
  }
  if (leftBytes > 0) throw damaged("the value of an attribute is cut off");
  return Buffer.concat(parts);
}
