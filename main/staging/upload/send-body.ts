import { Readable } from "node:stream";
import { pieceBytes, type TransferGate } from "../transfer-gate.ts";

/** Bytes confirmed and bytes on their way, over all parts. */
export class UploadProgress {
  readonly #report: (doneBytes: number, totalBytes: number) => void;
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(totalBytes: number, report: (doneBytes: number, totalBytes: number) => void) {
    this.#totalBytes = totalBytes;
    this.#report = report;
  }

  /** Negative when bytes turned out to have been sent in vain. */
  add(bytes: number): void {
    if (bytes === 0) return;
    this.#doneBytes += bytes;
    this.#report(this.#doneBytes, this.#totalBytes);
  }
}

/**
 * Sends bytes as a stream of slices, so that progress moves at the pace of the network and not part by part.
 * What a failed attempt had counted is taken back.
 */
export async function sendBody<T>(
  bytes: Buffer,
  progress: UploadProgress,
  { gate, signal }: { gate: TransferGate; signal: AbortSignal },
  send: (body: Readable) => Promise<T>,
): Promise<T> {
  let sentBytes = 0;
  await gate.pass(0, signal); // while paused no connection is opened that would only time out
  const slices = async function* (): AsyncGenerator<Buffer> {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      const slice = bytes.subarray(start, start + pieceBytes);
      await gate.pass(slice.length, signal);
      yield slice;
      sentBytes += slice.length;
      progress.add(slice.length);
    }
  };
  const body = Readable.from(slices(), { objectMode: false, highWaterMark: pieceBytes });
  // A client that gave up has taken its listeners away, and an abort then still ends the wait at the gate: without one
  // of ours that error would end the process. `send` tells of every failure.
  body.on("error", () => {});
  try {
    const answer = await send(body);
    progress.add(bytes.length - sentBytes);
    return answer;
  } catch (error) {
    body.destroy();
    progress.add(-sentBytes);
    throw error;
  }
}
