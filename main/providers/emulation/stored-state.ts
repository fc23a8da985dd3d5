import { mkdir, readFile, rename } from "node:fs/promises";
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

  /**
   * Reads what is there, or begins with `empty`. A file that is not what `schema` says is put aside as
   * `state.unreadable.json`: a practice account that cannot be opened any more helps nobody.
   */
  static async open<T extends object>(
    place: { readonly folder: string; readonly writeFileAtomic: WriteFileAtomic },
    schema: z.ZodType<T>,
    empty: T,
  ): Promise<StoredState<T>> {
    const { folder, writeFileAtomic } = place;
    await mkdir(folder, { recursive: true });
    const path = join(folder, "state.json");
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
    const read = text === null ? null : parsed(text, schema);
    if (text !== null && read === null) await rename(path, join(folder, "state.unreadable.json"));
    return new StoredState(folder, writeFileAtomic, read ?? structuredClone(empty));
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

function parsed<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
