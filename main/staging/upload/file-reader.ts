import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";
import type { Part } from "./plan-parts.ts";

/** Read and hashed in slices, so that a large part does not hold up the event loop. */
const sliceBytes = 256 * 1024;

export interface ReadPart extends Part {
  bytes: Buffer;
  md5: Buffer;
}

/**
 * Reads a file once from front to back: bytes of each part, its MD5 where a store wants it, SHA-256 of the whole.
 * Notices when the file is not, or does not stay, what it was said to be (AppError `bad-input`).
 */
export class FileReader implements AsyncDisposable {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #before: string;
  readonly #sha256 = createHash("sha256");
  #position = 0;

  private constructor(path: string, handle: FileHandle, before: string) {
    this.#path = path;
    this.#handle = handle;
    this.#before = before;
  }

  static async open(path: string, sizeBytes: number): Promise<FileReader> {
    const handle = await open(path, "r").catch((error: unknown) => {
      throw AppError.from(error);
    });
    try {
      const stat = await handle.stat({ bigint: true });
      if (!stat.isFile() || Number(stat.size) !== sizeBytes) {
        throw new AppError("bad-input", `${path} has ${stat.size} bytes, not ${sizeBytes} as expected`, {
          hint: "The file was changed or replaced. Start again with the file as it is now.",
        });
      }
      return new FileReader(path, handle, await fingerprint(handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Parts must be read in order and without gaps, or the hash of the whole would be of something else. The bytes
   * go into `buffer`, which is at least as large as the part.
   */
  async read(part: Part, buffer: Buffer): Promise<ReadPart> {
    const md5 = createHash("md5");
    const bytes = await this.readBytes(part, buffer, (slice) => md5.update(slice));
    return { ...part, bytes, md5: md5.digest() };
  }

  /** The same without an MD5, which costs as much as the SHA-256. */
  async readBytes(
    part: Omit<Part, "number">,
    buffer: Buffer,
    onSlice: (slice: Buffer) => void = () => {},
  ): Promise<Buffer> {
    if (part.startByte !== this.#position) throw new AppError("internal", "Parts are read out of order");
    const bytes = buffer.subarray(0, part.sizeBytes);
    for (let offset = 0; offset < bytes.length;) {
      const length = Math.min(sliceBytes, bytes.length - offset);
      const { bytesRead } = await this.#handle.read(bytes, offset, length, this.#position);
      if (bytesRead === 0) throw this.#changed();
      const slice = bytes.subarray(offset, offset + bytesRead);
      onSlice(slice);
      this.#sha256.update(slice);
      offset += bytesRead;
      this.#position += bytesRead;
    }
    return bytes;
  }

  /** Hex SHA-256 of all that was read. Throws when the file has changed since it was opened. */
  async finish(): Promise<string> {
    if ((await fingerprint(this.#handle)) !== this.#before) throw this.#changed();
    return this.#sha256.digest("hex");
  }

  #changed(): AppError {
    return new AppError("bad-input", `${this.#path} was changed while it was uploaded`, {
      hint: "Make sure that nothing writes to it (power the machine off), then start again.",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

async function fingerprint(handle: FileHandle): Promise<string> {
  const { size, mtimeNs } = await handle.stat({ bigint: true });
  return `${size} ${mtimeNs}`;
}
