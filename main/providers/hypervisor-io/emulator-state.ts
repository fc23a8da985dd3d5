import { randomUUID } from "node:crypto";
import { z } from "zod";
import { StoredState, type WriteFileAtomic } from "#providers/emulation/stored-state.ts";

const ImageSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  type: z.enum(["linux", "windows", "other"]),
  cloudinit: z.number(),
  sizeBytes: z.number(),
  instanceId: z.string(),
  createdAt: z.string(),
});
/** A file of the storage that the operator has registered. */
const StockSchema = z.object({
  id: z.string(),
  name: z.string(),
  fileName: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
});
const InstanceSchema = z.object({
  id: z.string(),
  hostname: z.string(),
  status: z.string(),
  locationId: z.string(),
  planId: z.string(),
  imageId: z.string().nullable(),
  sshKeys: z.array(z.string()),
  cloudcfg: z.string(),
  iso: z.record(z.string(), z.string().nullable()),
});
const TaskSchema = z.object({
  id: z.string(),
  instanceId: z.string(),
  imageId: z.string(),
  status: z.enum(["pending", "running", "completed", "failed"]),
  progress: z.number(),
});
const StateSchema = z.object({
  version: z.literal(1),
  images: z.array(ImageSchema),
  stock: z.array(StockSchema),
  instances: z.array(InstanceSchema),
  tasks: z.array(TaskSchema),
});

export type StoredImage = z.infer<typeof ImageSchema>;
export type StoredStock = z.infer<typeof StockSchema>;
export type StoredInstance = z.infer<typeof InstanceSchema>;
export type StoredTask = z.infer<typeof TaskSchema>;
export type AccountData = z.infer<typeof StateSchema>;

/** What the operator of the practice panel offers; nothing of it changes. */
export const catalogue = {
  location: {
    id: "6f1e1f0a-0c6b-4a52-9d1c-0b9a5a1f0001",
    name: "practice",
    display_name: "Practice",
    country: "XX",
  },
  planGroup: { id: "6f1e1f0a-0c6b-4a52-9d1c-0b9a5a1f0002", name: "standard", display_name: "Standard" },
  plans: [
    {
      id: "6f1e1f0a-0c6b-4a52-9d1c-0b9a5a1f0003",
      name: "Small",
      cpu_cores: 1,
      ram: 1024,
      storage: 20,
      bandwidth: 1000,
    },
    {
      id: "6f1e1f0a-0c6b-4a52-9d1c-0b9a5a1f0004",
      name: "Large",
      cpu_cores: 4,
      ram: 8192,
      storage: 80,
      bandwidth: 4000,
    },
  ],
  key: { id: "6f1e1f0a-0c6b-4a52-9d1c-0b9a5a1f0005", name: "laptop", public_key: "ssh-ed25519 AAAA laptop" },
} as const;

/** "Maximum image limit reached": a cap of the account, the operator's to choose. */
export const mostImages = 500;

export const firstInstance: StoredInstance = {
  id: "6f1e1f0a-0c6b-4a52-9d1c-0b9a5a1f0006",
  hostname: "web-01",
  status: "running",
  locationId: catalogue.location.id,
  planId: catalogue.plans[0].id,
  imageId: null,
  sshKeys: [],
  cloudcfg: "",
  iso: {},
};

export const emptyAccount: AccountData = {
  version: 1,
  images: [],
  stock: [],
  instances: [firstInstance],
  tasks: [],
};

/** The account on disk. */
export type EmulatorState = StoredState<AccountData>;
export const openState = (place: {
  readonly folder: string;
  readonly writeFileAtomic: WriteFileAtomic;
}): Promise<EmulatorState> => StoredState.open(place, StateSchema, emptyAccount);

export const newId = (): string => randomUUID();
