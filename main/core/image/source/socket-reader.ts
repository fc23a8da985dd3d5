import type { Socket } from "node:net";
import { AppError } from "#core/lib/app-error.ts";

/** Takes exact pieces off a socket, in order. At most `maxWaitingBytes` are held before the socket pauses. */
export class SocketReader {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #wanted: { bytes: number; resolve: (b: Buffer) => void; reject: (e: Error) => void } | null = null;
  #failure: Error | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#push(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  /** The next `bytes` bytes. One caller at a time. */
  take(bytes: number): Promise<Buffer> {
    if (this.#waitingBytes >= bytes) return Promise.resolve(this.#cut(bytes));
    if (this.#failure !== null) return Promise.reject(this.#lost(this.#failure));
    return new Promise((resolve, reject) => {
      this.#wanted = { bytes, resolve, reject };
      this.#socket.resume();
    });
  }

  #push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    const wanted = this.#wanted;
    if (wanted !== null && this.#waitingBytes >= wanted.bytes) {
      this.#wanted = null;
      wanted.resolve(this.#cut(wanted.bytes));
    }
    if (this.#wanted === null && this.#waitingBytes > maxWaitingBytes) this.#socket.pause();
  }

  #cut(bytes: number): Buffer {
    this.#waitingBytes -= bytes;
    const first = this.#chunks[0];
    if (first !== undefined && first.length > bytes) {
      this.#chunks[0] = first.subarray(bytes);
      return first.subarray(0, bytes);
    }
    const result = Buffer.allocUnsafe(bytes);
    let done = 0;
    while (done < bytes) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) break;
      const part = Math.min(chunk.length, bytes - done);
      chunk.copy(result, done, 0, part);
      done += part;
      if (part < chunk.length) this.#chunks.unshift(chunk.subarray(part));
    }
    return result;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wanted?.reject(this.#lost(error));
    this.#wanted = null;
  }

  #lost(cause: Error): AppError {
    return new AppError("image-unreadable", "The connection to QEMU's block layer was lost", {
      cause,
      retry: "now",
    });
  }
}

const maxWaitingBytes = 4 * 1024 ** 2;
