import type { Socket } from "node:net";
import { AppError } from "#core/lib/app-error.ts";

/** More than this is not held for a consumer that is not asking; the socket waits. */
const maxWaitingBytes = 4 * 1024 ** 2;

/** Takes exact pieces off a socket, in order, each straight into its place. */
export class SocketReader {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #wanted: { target: Buffer; done: number; resolve: () => void; reject: (e: Error) => void } | null = null;
  #failure: Error | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#push(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  /** The next `bytes` bytes. One caller at a time. */
  async take(bytes: number): Promise<Buffer> {
    const target = Buffer.allocUnsafe(bytes);
    await this.takeInto(target);
    return target;
  }

  /** Fills the target with what comes next. One caller at a time. */
  takeInto(target: Buffer): Promise<void> {
    const done = this.#drain(target, 0);
    if (done === target.length) return Promise.resolve();
    if (this.#failure !== null) return Promise.reject(this.#lost(this.#failure));
    return new Promise((resolve, reject) => {
      this.#wanted = { target, done, resolve, reject };
      this.#socket.resume();
    });
  }

  #push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    const wanted = this.#wanted;
    if (wanted !== null) {
      wanted.done = this.#drain(wanted.target, wanted.done);
      if (wanted.done === wanted.target.length) {
        this.#wanted = null;
        wanted.resolve();
      }
    }
    if (this.#waitingBytes > maxWaitingBytes) this.#socket.pause();
  }

  /** Moves what is there into the target from `done` on; answers how far it is filled now. */
  #drain(target: Buffer, done: number): number {
    let filled = done;
    while (filled < target.length) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const part = Math.min(chunk.length, target.length - filled);
      chunk.copy(target, filled, 0, part);
      filled += part;
      this.#waitingBytes -= part;
      if (part === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part);
    }
    return filled;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wanted?.reject(this.#lost(error));
    this.#wanted = null;
  }

  #lost(cause: Error): AppError {
    const message = "The connection to QEMU's block layer was lost";
    return new AppError("image-unreadable", message, { cause, retry: "now" });
  }
}
