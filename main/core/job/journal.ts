import { mkdir, open, readFile, truncate, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { syncDirectory } from "#core/library/json-file.ts";
import { JournalRecordSchema, type JournalRecord } from "./events.ts";

/**
 * An append-only file of JSON lines. `append` returns when the record is on the disk, so what was reported
 * done is done after a power cut too. A torn last line (the process died in a write) is cut off on opening.
 */
export class Journal implements AsyncDisposable {
  readonly records: JournalRecord[];
  readonly #file: FileHandle;
  #tail: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, records: JournalRecord[]) {
    this.#file = file;
    this.records = records;
  }

  static async open(path: string): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true });
    const { records, validBytes } = await readJournal(path);
    const file = await open(path, "a", 0o600);
    if ((await file.stat()).size > validBytes) await truncate(path, validBytes);
    await syncDirectory(dirname(path));
    return new Journal(file, records);
  }

  append(record: JournalRecord): Promise<void> {
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
export async function readJournal(path: string): Promise<{ records: JournalRecord[]; validBytes: number }> {
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
    .map((line, index) => parseLine(path, line, index + 1));
  return { records, validBytes: Buffer.byteLength(complete) };
}

function parseLine(path: string, line: string, number: number): JournalRecord {
  try {
    return JournalRecordSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new AppError("protocol", `${path}:${number} is not a journal record`, {
      hint: "The job is left alone. It may have been written by a newer Goldsmith.",
      cause: error,
    });
  }
}
