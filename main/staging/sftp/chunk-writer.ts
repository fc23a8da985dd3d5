import { AppError } from "#core/lib/app-error.ts";
import type { PartWriter } from "../files/file-area.ts";

/** OpenSSH's own client sends 32 KiB; larger ones are cut or lost by some servers, and win nothing. */
export const chunkBytes = 32 * 1024;
/** As OpenSSH's `sftp -R`. 2 MiB on their way fill 20 MB/s at 100 ms. */
export const chunksInFlight = 64;

/** One open file on the other side, over one connection. */
export interface OpenFile {
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

/**
 * Sends a file in chunks, a bounded number of them unconfirmed. When the connection breaks it opens another and
 * sends again what was not confirmed, nothing else.
 */
export class ChunkWriter implements PartWriter {
  readonly #options: ChunkWriterOptions;
  readonly #unconfirmed = new Map<number, Buffer>();
  /** Used again and again: a new buffer a chunk costs more in garbage collection than copying it. */
  readonly #free: Buffer[] = [];
  #file: OpenFile | null;
  #failure: unknown = null;
  #failed = false;
  #closed = false;
  #vainConnections = 0;
  #wake: () => void = () => {};

  private constructor(options: ChunkWriterOptions, file: OpenFile) {
    this.#options = options;
    this.#file = file;
  }

  static async open(options: ChunkWriterOptions): Promise<ChunkWriter> {
    return new ChunkWriter(options, await options.open());
  }

  async write(bytes: Buffer, startByte: number): Promise<void> {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      await this.#until(() => this.#unconfirmed.size < chunksInFlight);
      const chunk = this.#copy(bytes.subarray(at, at + chunkBytes));
      this.#unconfirmed.set(startByte + at, chunk);
      if (this.#file !== null) this.#send(this.#file, startByte + at, chunk);
    }
  }

  #copy(bytes: Buffer): Buffer {
    const chunk = bytes.length === chunkBytes ? this.#free.pop() : undefined;
    const own = chunk ?? Buffer.allocUnsafeSlow(bytes.length);
    own.set(bytes);
    return own;
  }

  async finish(): Promise<void> {
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
        if (chunk.length === chunkBytes) this.#free.push(chunk);
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
