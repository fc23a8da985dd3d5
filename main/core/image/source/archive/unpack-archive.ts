import { read } from "node:fs";
import { open, statfs, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { compressionNamed, type CompressionName } from "#core/image/compression/compressions.ts";
import { refused, unreadable } from "#core/image/source/binary.ts";
import { abortReason } from "#core/image/source/read-budget.ts";
import { AppError } from "#core/lib/app-error.ts";
import { foreignFormats } from "#core/image/source/headers/foreign.ts";

const readDescriptor = promisify(read);

/** Plain data: it crosses to a thread. */
export interface UnpackTask {
  /** Shown in errors. */
  readonly path: string;
  /** An open file of this process. */
  readonly descriptor: number;
  readonly packedBytes: number;
  readonly compression: CompressionName;
  /** Must not exist. */
  readonly targetPath: string;
  readonly limits: UnpackLimits;
}

export interface UnpackLimits {
  readonly maxUnpackedBytes: number;
  /** Beyond `ratioFromBytes`, no more than this many bytes may come out of one. */
  readonly maxRatio: number;
  readonly ratioFromBytes: number;
  /** Left free on the disk. */
  readonly reserveBytes: number;
}

const inputBytes = 256 * 1024;
const bufferBytes = 1024 ** 2;
/** What is zero in such a piece is left out of the file. */
const holeBytes = 64 * 1024;
const zeros = Buffer.alloc(holeBytes);
const spaceCheckBytes = 128 * 1024 ** 2;
const headBytes = 36 * 1024;

/**
 * Unpacks into a new sparse file and answers its size. Throws `image-refused` for a bomb, `image-unreadable` for
 * damage or for another archive inside, `disk-full`, `cancelled`. The caller removes the file after an error.
 */
export async function unpackArchive(
  task: UnpackTask,
  options: { signal: AbortSignal; onProgress: (packedBytes: number) => void },
): Promise<number> {
  const compression = compressionNamed(task.compression);
  if (compression === null) throw new AppError("internal", `No compression is called ${task.compression}`);
  let packedBytes = 0;
  const pieces = readPieces(task, options.signal, (count) => {
    packedBytes += count;
    options.onProgress(packedBytes);
  });
  await using target = await open(task.targetPath, "wx", 0o600);
  const writer = createSparseWriter(target, task);
  try {
    for await (const piece of compression.unpack(pieces)) {
      await writer.write(piece);
      checkBomb(task, writer.unpackedBytes(), packedBytes);
    }
    await writer.finish();
    await target.datasync(); // its name will say that it is whole
  } catch (error) {
    throw inWords(task, error);
  }
  return writer.unpackedBytes();
}

async function* readPieces(
  task: UnpackTask,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < task.packedBytes;) {
    if (signal.aborted) throw abortReason(signal);
    const wanted = Math.min(inputBytes, task.packedBytes - at);
    const { buffer, bytesRead } = await readDescriptor(
      task.descriptor,
      Buffer.allocUnsafe(wanted),
      0,
      wanted,
      at,
    );
    if (bytesRead === 0) return; // it became shorter: the data ends too early
    at += bytesRead;
    onRead(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

function checkBomb(task: UnpackTask, unpackedBytes: number, packedBytes: number): void {
  const { maxUnpackedBytes, maxRatio, ratioFromBytes } = task.limits;
  const GiB = 1024 ** 3;
  const hint = "No real disk does that. If you trust the file, unpack it yourself and choose the result.";
  if (unpackedBytes > maxUnpackedBytes) {
    throw refused(`${task.path} unpacks to more than ${Math.round(maxUnpackedBytes / GiB)} GiB`, hint);
  }
  if (unpackedBytes > ratioFromBytes && unpackedBytes > maxRatio * packedBytes) {
    throw refused(`${task.path} unpacks to more than ${maxRatio} times its size`, hint);
  }
}

interface SparseWriter {
  write(piece: Buffer): Promise<void>;
  finish(): Promise<void>;
  unpackedBytes(): number;
}

function createSparseWriter(target: FileHandle, task: UnpackTask): SparseWriter {
  const buffer = Buffer.allocUnsafe(bufferBytes);
  let filled = 0;
  let flushedBytes = 0;
  let writtenBytes = 0;
  let checkedBytes = -spaceCheckBytes;

  async function flush(): Promise<void> {
    if (flushedBytes === 0) refuseOtherArchives(task.path, buffer.subarray(0, Math.min(filled, headBytes)));
    for (let at = 0; at < filled;) {
      let end = at;
      while (end < filled && !isZero(buffer, end, filled)) end = Math.min(filled, end + holeBytes);
      if (end > at) await writeRun(at, end);
      at = Math.min(filled, end + holeBytes); // what follows the run is a hole, or the end
    }
    flushedBytes += filled;
    filled = 0;
  }

  async function writeRun(from: number, to: number): Promise<void> {
    if (writtenBytes - checkedBytes >= spaceCheckBytes) {
      checkedBytes = writtenBytes;
      await assertRoom(task);
    }
    for (let at = from; at < to;) {
      const { bytesWritten } = await target.write(buffer, at, to - at, flushedBytes + at);
      at += bytesWritten;
    }
    writtenBytes += to - from;
  }

  return {
    async write(piece) {
      for (let at = 0; at < piece.length;) {
        const count = piece.copy(buffer, filled, at, at + bufferBytes - filled);
        at += count;
        filled += count;
        if (filled === bufferBytes) await flush();
      }
    },
    async finish() {
      await flush();
      await target.truncate(flushedBytes);
    },
    unpackedBytes: () => flushedBytes + filled,
  };
}

function isZero(buffer: Buffer, start: number, filled: number): boolean {
  const end = Math.min(filled, start + holeBytes);
  return zeros.compare(buffer, start, end, 0, end - start) === 0;
}

/** Said at once, not after gigabytes. */
function refuseOtherArchives(path: string, head: Buffer): void {
  const other = foreignFormats.find((format) => format.matches({ head, tail: Buffer.alloc(0) }));
  if (other === undefined) return;
  throw unreadable(`${path} holds ${other.describe(head)}, not an image`, other.hint);
}

async function assertRoom(task: UnpackTask): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(task.targetPath));
  if (bavail * bsize >= task.limits.reserveBytes + spaceCheckBytes) return;
  throw new AppError("disk-full", `There is no room to unpack ${task.path}`, {
    hint: "Free some space in the cache folder's disk, or unpack the file elsewhere and choose the result.",
    retry: "now",
    details: { freeBytes: bavail * bsize, folder: dirname(task.targetPath) },
  });
}

function inWords(task: UnpackTask, error: unknown): AppError {
  const wrapped = AppError.from(error);
  if (wrapped.code !== "image-unreadable" || wrapped.message.includes(task.path)) return wrapped;
  return new AppError(
    "image-unreadable",
    `${task.path} cannot be unpacked (${task.compression}): ${wrapped.message}`,
    {
      hint: "Copy or download it again and compare its checksum.",
      cause: error,
    },
  );
}
