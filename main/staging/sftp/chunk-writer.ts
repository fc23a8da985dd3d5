import { AppError } from "#core/lib/app-error.ts";
import type { PartWriter } from "../files/file-area.ts";

/** OpenSSH's own client sends 32 KiB; larger ones are cut or lost by servers that do not say what they take. */
export const chunkBytes = 32 * 1024;
/** As OpenSSH's `sftp -R`. 2 MiB on their way fill 20 MB/s at 100 ms. */
export const chunksInFlight = 64;
/** Of larger chunks: twice the window of OpenSSH's channels, so that it never runs dry. */
const mostInFlightBytes = 4 * 1024 ** 2;

/** One open file on the other side, over one connection. */
export interface OpenFile {
  /** How much the server takes at once, in bytes. */
  readonly chunkBytes: number;
  /** Copies the bytes before it returns. */
  write(bytes: Buffer, startByte: number): Promise<void>;
  sizeBytes(): Promise<number>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface ChunkWriterOptions {
  /** Opens the file, over a new connection where the old one is gone. Tries several times by itself. */
  readonly open: () => Promise<OpenFile>;
  readonly onTaken: (byteCount: number) => void;
  /** Whether only the connection was at fault. */
  readonly isLoss: (error: unknown) => boolean;
}

/** Connections that may break one after the other without that a single chunk was confirmed. */
const mostVainConnections = 4;

/** A chunk that is being filled. */
interface Filling {
  readonly startByte: number;
  readonly buffer: Buffer;
  filledBytes: number;
}

/**
 * Sends a file in chunks, a bounded number of them unconfirmed. When the connection breaks it opens another and
 * sends again what was not confirmed, nothing else.
 */
export class ChunkWriter implements PartWriter {
  readonly #options: ChunkWriterOptions;
  readonly #unconfirmed = new Map<number, Buffer>();
  /** Used again and again: a new buffer a chunk costs more in garbage collection than copying it. */
  readonly #free: Buffer[] = [];
  readonly #chunkBytes: number;
  readonly #mostUnconfirmed: number;
  #filling: Filling | null = null;
  #file: OpenFile | null;
  #failure: unknown = null;
  #failed = false;
  #closed = false;
  #vainConnections = 0;
  #wake: () => void = () => {};

  private constructor(options: ChunkWriterOptions, file: OpenFile) {
    this.#options = options;
    this.#file = file;
    // Another connection to the same server takes the same.
    this.#chunkBytes = file.chunkBytes;
    const mostChunks = Math.floor(mostInFlightBytes / file.chunkBytes);
    this.#mostUnconfirmed = Math.max(1, Math.min(chunksInFlight, mostChunks));
  }

  static async open(options: ChunkWriterOptions): Promise<ChunkWriter> {
    return new ChunkWriter(options, await options.open());
  }

  async write(bytes: Buffer, startByte: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const filling = (this.#filling ??= this.#begin(startByte + at));
      const { buffer, filledBytes } = filling;
      const copied = bytes.copy(buffer, filledBytes, at);
      filling.filledBytes += copied;
      at += copied;
      if (filling.filledBytes === buffer.length) await this.#flush();
    }
  }

  #begin(startByte: number): Filling {
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#chunkBytes);
    return { startByte, buffer, filledBytes: 0 };
  }

  async #flush(): Promise<void> {
    const filling = this.#filling;
    if (filling === null) return;
    await this.#until(() => this.#unconfirmed.size < this.#mostUnconfirmed);
    this.#filling = null;
    const { startByte, buffer, filledBytes } = filling;
    const chunk = buffer.subarray(0, filledBytes);
    this.#unconfirmed.set(startByte, chunk);
    if (this.#file !== null) this.#send(this.#file, startByte, chunk);
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#until(() => this.#unconfirmed.size === 0 && this.#file !== null);
    await this.#file?.sync();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#file?.close().catch(() => {});
  }

  #send(file: OpenFile, startByte: number, chunk: Buffer): void {
    file.write(chunk, startByte).then(
      () => {
        if (!this.#unconfirmed.delete(startByte)) return;
        if (chunk.length === this.#chunkBytes) this.#free.push(chunk);
        this.#vainConnections = 0;
        this.#options.onTaken(chunk.length);
        this.#wake();
      },
      (error: unknown) => this.#onFailure(file, error),
    );
  }

  #onFailure(file: OpenFile, error: unknown): void {
    // The other chunks of a connection that broke fail as well; once is enough.
    if (this.#file !== file || this.#closed) return;
    this.#file = null;
    if (!this.#options.isLoss(error) || ++this.#vainConnections > mostVainConnections) {
      this.#fail(error);
      return;
    }
    this.#reopen().catch((reason: unknown) => this.#fail(reason));
  }

  async #reopen(): Promise<void> {
    const file = await this.#options.open();
    if (this.#closed) return await file.close();
    const [firstByte = 0] = this.#unconfirmed.keys();
    if ((await file.sizeBytes()) < firstByte) {
      await file.close();
      throw new AppError("staging-failed", "The server has lost bytes that it had confirmed", {
        hint: "It may have restarted. Retry: what is still there is kept.",
        retry: "now",
      });
    }
    this.#file = file;
    for (const [startByte, chunk] of this.#unconfirmed) this.#send(file, startByte, chunk);
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#failure = error;
    this.#wake();
  }

  async #until(ready: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failed) throw this.#failure;
      if (ready()) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
