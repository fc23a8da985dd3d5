import { forkRuns } from "./block-map.ts";
import type { XfsInode } from "./inode.ts";
import { damaged, headers, type XfsVolume } from "./volume.ts";

/** XFS_SYMLINK_MAXLEN */
const maxTargetBytes = 1024;
const magic = 0x5853_4c4d; // XSLM
const headerBytes = 56;

/** In the inode, or in up to three pieces outside; those of version 5 have one header each, not one a block. */
export async function readTarget(volume: XfsVolume, link: XfsInode): Promise<string> {
  if (link.sizeBytes > maxTargetBytes) throw damaged("a link is longer than a path can be");
  if (link.data.format === "local") return text(link.data.bytes.subarray(0, link.sizeBytes));
  const { blockBytes, checksums } = volume.superblock;
  const perBlock = blockBytes - (checksums ? headerBytes : 0);
  const blocks = Math.ceil(link.sizeBytes / perBlock);
  if (blocks === 0) throw damaged("a link leads nowhere");
  const parts: Buffer[] = [];
  let leftBytes = link.sizeBytes;
  for (const run of await forkRuns(volume, link.data, 0, blocks - 1)) {
    const bytes = await volume.readBlocks(run.physical, run.count);
    if (checksums) {
      if (bytes.readUInt32BE(0) !== magic) throw damaged("the target of a link is not there");
      volume.verify(bytes, run.physical, headers.remote, "the target of a link");
    }
    const start = checksums ? headerBytes : 0;
    const part = bytes.subarray(start, start + leftBytes);
    leftBytes -= part.length;
    parts.push(part);
  }
  if (leftBytes > 0) throw damaged("the target of a link is cut off");
  return text(Buffer.concat(parts));
}

const text = (bytes: Buffer): string => bytes.toString("utf8").split("\0")[0] ?? "";
