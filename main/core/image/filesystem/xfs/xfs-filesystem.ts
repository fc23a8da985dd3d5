import type { Filesystem } from "#core/image/filesystem/filesystem.ts";
import { createBoundedMap } from "#core/image/filesystem/bounded-map.ts";
import { unreadable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readAttribute } from "./attributes.ts";
import { forkRuns } from "./block-map.ts";
import { createDirectories } from "./directory.ts";
import { readInode, type XfsInode } from "./inode.ts";
import { readTarget } from "./link-target.ts";
import { readLogState } from "./log-state.ts";
import type { XfsSuperblock } from "./superblock.ts";
import { createVolume, damaged, type XfsVolume } from "./volume.ts";

/** Of up to 2 KiB each. */
const maxInodes = 8000;
const maxReadBytes = 256 * 1024 ** 2;
const pieceBytes = 1024 ** 2;
const piecesAtOnce = 16;

/** XFS of version 4 or 5, read-only. The superblock has been found sound. */
export async function openXfs(device: BlockDevice, superblock: XfsSuperblock): Promise<Filesystem<XfsInode>> {
  const volume = createVolume(device, superblock);
  const directories = createDirectories(volume);
  const inodes = createBoundedMap<number, XfsInode>(maxInodes);

  async function inode(number: number): Promise<XfsInode> {
    const known = inodes.get(number);
    if (known !== undefined) return known;
    const read = await readInode(volume, number);
    inodes.set(number, read);
    return read;
  }

  return {
    type: "xfs",
    label: superblock.label,
    uuid: superblock.uuid,
    notes: await stateNotes(volume),
    root: async () => {
      const root = await inode(superblock.rootInode);
      if (root.kind !== "directory") throw damaged("it has no root folder");
      return root;
    },
    lookup: async (directory, name) => {
      const entry = await directories.find(directory, name);
      return entry === null ? null : inode(entry.inode);
    },
    list: (directory) => directories.list(directory),
    read: (file, offsetBytes, lengthBytes) => readData(volume, file, offsetBytes, lengthBytes),
    readLink: (link) => readTarget(volume, link),
    attribute: async (node, name) =>
      node.attributes === null ? null : readAttribute(volume, node.attributes, name),
  };
}

async function readData(
  volume: XfsVolume,
  file: XfsInode,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Buffer> {
  const { blockBytes } = volume.superblock;
  const length = Math.max(0, Math.min(lengthBytes, file.sizeBytes - offsetBytes));
  if (length === 0) return Buffer.alloc(0);
  if (length > maxReadBytes) throw unreadable("A file is too large to be read at once");
  if (file.onRealtimeDevice) throw unreadable("A file lies on a realtime device, which is not in this image");
  const first = Math.floor(offsetBytes / blockBytes);
  const last = Math.floor((offsetBytes + length - 1) / blockBytes);
  const runs = await forkRuns(volume, file.data, first, last);
  const only = runs[0];
  if (runs.length === 1 && only?.logical === first && only.count === last - first + 1) {
    return volume.device.read(only.physical * blockBytes + (offsetBytes - first * blockBytes), length);
  }
  const buffer = Buffer.alloc(length);
  const pieces = runs.flatMap((run) => {
    const start = Math.max(run.logical * blockBytes, offsetBytes);
    const end = Math.min((run.logical + run.count) * blockBytes, offsetBytes + length);
    const at = run.physical * blockBytes + (start - run.logical * blockBytes);
    return piecesOf({ at, to: start - offsetBytes, lengthBytes: end - start });
  });
  for (let from = 0; from < pieces.length; from += piecesAtOnce) {
    await Promise.all(
      pieces.slice(from, from + piecesAtOnce).map(async ({ at, to, lengthBytes: bytes }) => {
        (await volume.device.read(at, bytes)).copy(buffer, to);
      }),
    );
  }
  return buffer;
}

/** A part of what is read: from `at` on the device to `to` in the answer. */
interface Piece {
  readonly at: number;
  readonly to: number;
  readonly lengthBytes: number;
}

/** So that a large file with one hole is not held twice. */
function piecesOf(whole: Piece): Piece[] {
  const pieces: Piece[] = [];
  for (let done = 0; done < whole.lengthBytes; done += pieceBytes) {
    const lengthBytes = Math.min(pieceBytes, whole.lengthBytes - done);
    pieces.push({ at: whole.at + done, to: whole.to + done, lengthBytes });
  }
  return pieces;
}

async function stateNotes(volume: XfsVolume): Promise<string[]> {
  const { superblock, device } = volume;
  const notes: string[] = [];
  if (superblock.needsRepair) {
    notes.push("The XFS filesystem is marked for repair; Linux does not mount it before xfs_repair has run.");
  }
  if (superblock.log === null) {
    notes.push("The XFS filesystem keeps its log on another device, which is not in this image.");
  } else if ((await logState(volume)) === "dirty") {
    notes.push(
      "The xfs filesystem was not unmounted cleanly; the newest changes may still be in its log only.",
    );
  }
  if (superblock.blocks * superblock.blockBytes > device.sizeBytes) {
    notes.push("The xfs filesystem is larger than the space it lies in.");
  }
  return notes;
}

/** A log that cannot be read says nothing about the files. */
async function logState(volume: XfsVolume): Promise<string> {
  try {
    return await readLogState(volume);
  } catch (error) {
    if (error instanceof AppError && error.code === "image-unreadable") return "unknown";
    throw error;
  }
}
