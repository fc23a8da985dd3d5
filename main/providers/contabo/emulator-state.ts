import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { z } from "zod";
import { TakenSchema } from "#providers/emulation/intake.ts";
import { StoredState, type WriteFileAtomic } from "#providers/emulation/stored-state.ts";

const StoredImageSchema = z.object({
  imageId: z.string(),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  osType: z.string(),
  version: z.string(),
  format: z.enum(["iso", "qcow2"]),
  /** Pending, Downloading, Downloaded, Error; a test may make it show any word. */
  status: z.string(),
  errorMessage: z.string(),
  sizeBytes: z.number(),
  uploadedBytes: z.number(),
  createdAt: z.string(),
  changedAt: z.string(),
  /** Null until it is downloaded. */
  content: TakenSchema.nullable(),
});
export type StoredImage = z.infer<typeof StoredImageSchema>;

const StoredSecretSchema = z.object({
  secretId: z.number().int(),
  name: z.string(),
  type: z.enum(["password", "ssh"]),
  value: z.string(),
  createdAt: z.string(),
});
export type StoredSecret = z.infer<typeof StoredSecretSchema>;

const beginning = "2026-01-01T00:00:00.000Z";

const StoredInstanceSchema = z.object({
  instanceId: z.number().int(),
  displayName: z.string(),
  region: z.string(),
  productId: z.string(),
  imageId: z.string(),
  sshKeys: z.array(z.number().int()),
  status: z.enum(["provisioning", "installing", "running"]),
  userData: z.string(),
  createdAt: z.string(),
  /** When its present system was asked for. */
  installedAt: z.string().default(beginning),
});
export type StoredInstance = z.infer<typeof StoredInstanceSchema>;

const StateSchema = z.object({
  version: z.literal(1),
  nextId: z.number().int(),
  /** "Up to 25 GB of Custom Images": what all of them may be together. */
  quotaBytes: z.number().default(25 * 2 ** 30),
  images: z.array(StoredImageSchema),
  secrets: z.array(StoredSecretSchema),
  instances: z.array(StoredInstanceSchema),
});
type StateData = z.infer<typeof StateSchema>;

const instance = (instanceId: number, region: string, productId: string): StoredInstance => ({
  instanceId,
  displayName: "",
  region,
  productId,
  imageId: "afecbb85-e2fc-46f0-9684-b46b1faf00bb",
  sshKeys: [],
  status: "running",
  userData: "",
  createdAt: beginning,
  installedAt: beginning,
});

/** What the practice account holds. It begins with one key and one instance, as a customer would have them. */
export class EmulatorState {
  readonly #stored: StoredState<StateData>;

  private constructor(stored: StoredState<StateData>) {
    this.#stored = stored;
  }

  static async open(
    place: { folder: string; writeFileAtomic: WriteFileAtomic },
    first: { region: string; productId: string },
  ): Promise<EmulatorState> {
    const key: StoredSecret = {
      secretId: 40_001,
      name: "practice-laptop",
      type: "ssh",
      value:
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f practice-laptop",
      createdAt: beginning,
    };
    const empty = {
      version: 1 as const,
      nextId: 40_010,
      images: [],
      secrets: [key],
      instances: [instance(30_001, first.region, first.productId)],
    };
    return new EmulatorState(await StoredState.open(place, StateSchema, StateSchema.parse(empty)));
  }

  get images(): readonly StoredImage[] {
    return this.#stored.data.images;
  }
  get secrets(): readonly StoredSecret[] {
    return this.#stored.data.secrets;
  }
  get instances(): readonly StoredInstance[] {
    return this.#stored.data.instances;
  }
  get quotaBytes(): number {
    return this.#stored.data.quotaBytes;
  }
  get usedBytes(): number {
    return this.images.reduce((sum, image) => sum + image.uploadedBytes, 0);
  }

  /** Where an image's bytes are kept. */
  folderOf(imageId: string): string {
    return this.#stored.folderOf(imageId);
  }

  find(imageId: string): StoredImage | undefined {
    return this.images.find((image) => image.imageId === imageId);
  }

  async addImage(image: Omit<StoredImage, "imageId">): Promise<StoredImage> {
    const added = { ...image, imageId: randomUUID() };
    this.#stored.data.images.push(added);
    await this.save();
    return added;
  }

  async addSecret(secret: Omit<StoredSecret, "secretId">): Promise<StoredSecret> {
    const added = { ...secret, secretId: this.#stored.data.nextId++ };
    this.#stored.data.secrets.push(added);
    await this.save();
    return added;
  }

  async addInstance(added: Omit<StoredInstance, "instanceId">): Promise<StoredInstance> {
    const numbered = { ...added, instanceId: this.#stored.data.nextId++ };
    this.#stored.data.instances.push(numbered);
    await this.save();
    return numbered;
  }

  async removeImage(imageId: string): Promise<void> {
    this.#stored.data.images = this.images.filter((image) => image.imageId !== imageId);
    await this.save();
    await rm(this.folderOf(imageId), { recursive: true, force: true });
  }

  /** After a change to an entry: they are changed in place. */
  save(): Promise<void> {
    return this.#stored.save();
  }
}
