import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";

/** Replaces a file so that old or new content is on disk, never a part. Handed in: adapters know no library. */
export type WriteFileAtomic = (path: string, content: string) => Promise<void>;

/** What an emulated account holds, in `<folder>/state.json`; every `save` is on disk when it resolves. */
export class StoredState<T extends object> {
  /** Entries are changed in place, then saved. */
  readonly data: T;
  readonly #folder: string;
  readonly #write: WriteFileAtomic;
  #tail: Promise<void> = Promise.resolve();

  private constructor(folder: string, write: WriteFileAtomic, data: T) {
    this.data = data;
    this.#folder = folder;
    this.#write = write;
  }

  /** Reads what is there, or begins with `empty`. Throws when the file is not what `schema` says. */
  static async open<T extends object>(
    place: { readonly folder: string; readonly writeFileAtomic: WriteFileAtomic },
    schema: z.ZodType<T>,
    empty: T,
  ): Promise<StoredState<T>> {
    const { folder, writeFileAtomic } = place;
    await mkdir(folder, { recursive: true });
    const text = await readFile(join(folder, "state.json"), "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
    const data = text === null ? structuredClone(empty) : schema.parse(JSON.parse(text));
    return new StoredState(folder, writeFileAtomic, data);
  }

  /** Where an image's bytes are kept. */
  folderOf(imageId: string): string {
    return join(this.#folder, "images", imageId);
  }

  save(): Promise<void> {
    const write = this.#tail.then(() =>
      this.#write(join(this.#folder, "state.json"), `${JSON.stringify(this.data, null, 1)}\n`),
    );
    this.#tail = write.catch(() => {});
    return write;
  }
}
