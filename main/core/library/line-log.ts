import { mkdir, open, readFile, truncate, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { syncDirectory } from "./json-file.ts";

/**
 * An append-only file of JSON lines. `append` returns when the record is on the disk, so what was reported
 * done is done after a power cut too. A torn last line (the process died in a write) is cut off on opening.
 */
export class LineLog<T> implements AsyncDisposable {
  readonly records: T[];
  readonly #file: FileHandle;
  #tail: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, records: T[]) {
    this.#file = file;
    this.records = records;
  }

  static async open<T>(path: string, schema: z.ZodType<T>): Promise<LineLog<T>> {
    await mkdir(dirname(path), { recursive: true });
    const { records, validBytes } = await readLineLog(path, schema);
    const file = await open(path, "a", 0o600);
    if ((await file.stat()).size > validBytes) await truncate(path, validBytes);
    await syncDirectory(dirname(path));
    return new LineLog(file, records);
  }

  append(record: T): Promise<void> {
    const line = `${JSON.stringify(record)}\n`;
    const write = this.#tail.then(async () => {
      await this.#file.appendFile(line);
      await this.#file.datasync();
      this.records.push(record);
    });
    this.#tail = write.catch(() => {});
    return write.catch((error: unknown) => {
      throw AppError.from(error);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tail;
    await this.#file.close();
  }
}

/** Reads without opening for writing. Stops at the first line that is torn; a damaged line before that is an error. */
export async function readLineLog<T>(
  path: string,
  schema: z.ZodType<T>,
): Promise<{ records: T[]; validBytes: number }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code === "not-found") return { records: [], validBytes: 0 };
    throw wrapped;
  }
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  const records = complete
    .split("\n")
    .slice(0, -1)
    .map((line, index) => parseLine(path, line, index + 1, schema));
  return { records, validBytes: Buffer.byteLength(complete) };
}

function parseLine<T>(path: string, line: string, number: number, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw new AppError("protocol", `${path}:${number} is not a record of its log`, {
      hint: "The file is left alone. It may have been written by a newer Goldsmith.",
      cause: error,
    });
  }
}
