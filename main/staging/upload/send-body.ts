import { Readable } from "node:stream";

const sliceBytes = 64 * 1024;

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
  send: (body: Readable) => Promise<T>,
): Promise<T> {
  let sentBytes = 0;
  const slices = function* (): Generator<Buffer> {
    for (let start = 0; start < bytes.length; start += sliceBytes) {
      const slice = bytes.subarray(start, start + sliceBytes);
      yield slice;
      sentBytes += slice.length;
      progress.add(slice.length);
    }
  };
  const body = Readable.from(slices(), { objectMode: false, highWaterMark: sliceBytes });
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
