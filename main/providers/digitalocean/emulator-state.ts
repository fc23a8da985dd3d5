import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const StoredImageSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  distribution: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  /** The first one is where it is imported to; more come by transfer. */
  regions: z.array(z.string()).min(1),
  status: z.enum(["NEW", "pending", "available", "deleted"]),
  errorMessage: z.string(),
  createdAt: z.string(),
  url: z.string(),
  /** What was imported; the file lies in the image's folder. Null until then. */
  content: z
    .object({
      file: z.string(),
      format: z.string(),
      fileBytes: z.number(),
      virtualBytes: z.number(),
      /** Of the bytes as they were fetched. */
      sha256: z.string(),
    })
    .nullable(),
});
export type StoredImage = z.infer<typeof StoredImageSchema>;

const StoredActionSchema = z.object({
  id: z.number().int(),
  imageId: z.number().int(),
  region: z.string(),
  status: z.enum(["in-progress", "completed"]),
  startedAt: z.string(),
  completedAt: z.string().nullable(),
});
export type StoredAction = z.infer<typeof StoredActionSchema>;

const StateSchema = z.object({
  version: z.literal(1),
  nextId: z.number().int(),
  images: z.array(StoredImageSchema),
  actions: z.array(StoredActionSchema),
});

/** Replaces a file so that old or new content is on disk, never a part. Handed in: adapters know no library. */
export type WriteFileAtomic = (path: string, content: string) => Promise<void>;

/** What the practice account holds, in `<folder>/state.json`; every `save` is on disk when it resolves. */
export class EmulatorState {
  readonly #folder: string;
  readonly #write: WriteFileAtomic;
  readonly #data: z.infer<typeof StateSchema>;
  #tail: Promise<void> = Promise.resolve();

  private constructor(folder: string, write: WriteFileAtomic, data: z.infer<typeof StateSchema>) {
    this.#folder = folder;
    this.#write = write;
    this.#data = data;
  }

  static async open(folder: string, write: WriteFileAtomic): Promise<EmulatorState> {
    await mkdir(folder, { recursive: true });
    const text = await readFile(join(folder, "state.json"), "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    });
    const empty = { version: 1, nextId: 170_000_001, images: [], actions: [] } as const;
    return new EmulatorState(folder, write, StateSchema.parse(text === null ? empty : JSON.parse(text)));
  }

  get images(): readonly StoredImage[] {
    return this.#data.images;
  }
  get actions(): readonly StoredAction[] {
    return this.#data.actions;
  }

  /** Where an image's bytes are kept. */
  folderOf(imageId: number): string {
    return join(this.#folder, "images", String(imageId));
  }

  find(imageId: number): StoredImage | undefined {
    return this.#data.images.find((image) => image.id === imageId);
  }

  async addImage(image: Omit<StoredImage, "id">): Promise<StoredImage> {
    const added = { id: this.#data.nextId++, ...image };
    this.#data.images.push(added);
    await this.save();
    return added;
  }

  async addAction(action: Omit<StoredAction, "id">): Promise<StoredAction> {
    const added = { id: this.#data.nextId++, ...action };
    this.#data.actions.push(added);
    await this.save();
    return added;
  }

  async removeImage(imageId: number): Promise<void> {
    this.#data.images = this.#data.images.filter((image) => image.id !== imageId);
    await this.save();
    await rm(this.folderOf(imageId), { recursive: true, force: true });
  }

  /** After a change to an image or action: entries are changed in place. */
  save(): Promise<void> {
    const write = this.#tail.then(() =>
      this.#write(join(this.#folder, "state.json"), `${JSON.stringify(this.#data, null, 1)}\n`),
    );
    this.#tail = write.catch(() => {});
    return write;
  }
}
