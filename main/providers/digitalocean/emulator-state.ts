import { rm } from "node:fs/promises";
import { z } from "zod";
import { TakenSchema } from "#providers/emulation/intake.ts";
import { StoredState, type WriteFileAtomic } from "#providers/emulation/stored-state.ts";

const StoredImageSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  distribution: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  /** The first one is where it is imported to; more come by transfer. */
  regions: z.array(z.string()).min(1),
  /** NEW, pending, available, deleted; a test may make it show any word. */
  status: z.string(),
  errorMessage: z.string(),
  createdAt: z.string(),
  url: z.string(),
  /** Null until it is imported. */
  content: TakenSchema.nullable(),
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

const StoredKeySchema = z.object({
  id: z.number().int(),
  name: z.string(),
  publicKey: z.string(),
  fingerprint: z.string(),
});
export type StoredKey = z.infer<typeof StoredKeySchema>;

const StoredDropletSchema = z.object({
  id: z.number().int(),
  name: z.string(),
  region: z.string(),
  size: z.string(),
  imageId: z.number().int(),
  status: z.enum(["new", "active"]),
  createdAt: z.string(),
  tags: z.array(z.string()),
  userData: z.string(),
  keyIds: z.array(z.number().int()),
});
export type StoredDroplet = z.infer<typeof StoredDropletSchema>;

/** The key of which every practice account has the public half; nobody has the other. */
const practiceKey: StoredKey = {
  id: 512_001,
  name: "practice-laptop",
  publicKey:
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f practice-laptop",
  fingerprint: "3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa",
};

const StateSchema = z.object({
  version: z.literal(1),
  nextId: z.number().int(),
  images: z.array(StoredImageSchema),
  actions: z.array(StoredActionSchema),
  keys: z.array(StoredKeySchema).default([practiceKey]),
  droplets: z.array(StoredDropletSchema).default([]),
});
type StateData = z.infer<typeof StateSchema>;

/** What the practice account holds. */
export class EmulatorState {
  readonly #stored: StoredState<StateData>;

  private constructor(stored: StoredState<StateData>) {
    this.#stored = stored;
  }

  static async open(place: { folder: string; writeFileAtomic: WriteFileAtomic }): Promise<EmulatorState> {
    const empty = { version: 1 as const, nextId: 170_000_001, images: [], actions: [] };
    return new EmulatorState(await StoredState.open(place, StateSchema, StateSchema.parse(empty)));
  }

  get images(): readonly StoredImage[] {
    return this.#stored.data.images;
  }
  get actions(): readonly StoredAction[] {
    return this.#stored.data.actions;
  }
  get keys(): readonly StoredKey[] {
    return this.#stored.data.keys;
  }
  get droplets(): readonly StoredDroplet[] {
    return this.#stored.data.droplets;
  }

  /** Where an image's bytes are kept. */
  folderOf(imageId: number): string {
    return this.#stored.folderOf(String(imageId));
  }

  find(imageId: number): StoredImage | undefined {
    return this.images.find((image) => image.id === imageId);
  }

  addImage(image: Omit<StoredImage, "id">): Promise<StoredImage> {
    return this.#add(this.#stored.data.images, image);
  }
  addAction(action: Omit<StoredAction, "id">): Promise<StoredAction> {
    return this.#add(this.#stored.data.actions, action);
  }
  addKey(key: Omit<StoredKey, "id">): Promise<StoredKey> {
    return this.#add(this.#stored.data.keys, key);
  }
  addDroplet(droplet: Omit<StoredDroplet, "id">): Promise<StoredDroplet> {
    return this.#add(this.#stored.data.droplets, droplet);
  }

  async removeImage(imageId: number): Promise<void> {
    this.#stored.data.images = this.images.filter((image) => image.id !== imageId);
    await this.save();
    await rm(this.folderOf(imageId), { recursive: true, force: true });
  }

  /** After a change to an entry: they are changed in place. */
  save(): Promise<void> {
    return this.#stored.save();
  }

  async #add<T>(entries: (T & { id: number })[], entry: T): Promise<T & { id: number }> {
    const added = { ...entry, id: this.#stored.data.nextId++ };
    entries.push(added);
    await this.save();
    return added;
  }
}
