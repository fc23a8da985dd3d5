import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { StoredState, type WriteFileAtomic } from "#providers/emulation/stored-state.ts";

const constraints = z.record(z.string(), z.number());
const StoredShapeSchema = z.object({
  shape: z.string(),
  ocpuConstraints: constraints.optional(),
  memoryConstraints: constraints.optional(),
});

const SourceSchema = z.object({
  sourceImageType: z.enum(["QCOW2", "VMDK"]),
  bucket: z.string(),
  object: z.string(),
});

const StoredImageSchema = z.object({
  id: z.string(),
  compartmentId: z.string(),
  displayName: z.string(),
  operatingSystem: z.string(),
  operatingSystemVersion: z.string(),
  /** PROVISIONING, IMPORTING, AVAILABLE, EXPORTING, DELETED; a test may write another word. */
  lifecycleState: z.string(),
  launchMode: z.string(),
  freeformTags: z.record(z.string(), z.string()),
  timeCreated: z.string(),
  source: SourceSchema,
  shapes: z.array(StoredShapeSchema),
  /** What was imported; the file lies in the image's folder. Null until then. */
  content: z
    .object({
      format: z.string(),
      fileBytes: z.number(),
      virtualBytes: z.number(),
      sha256: z.string(),
    })
    .nullable(),
});
export type StoredImage = z.infer<typeof StoredImageSchema>;

const StoredWorkRequestSchema = z.object({
  id: z.string(),
  compartmentId: z.string(),
  operationType: z.enum(["CreateImage", "ExportImage"]),
  status: z.enum(["ACCEPTED", "IN_PROGRESS", "FAILED", "SUCCEEDED", "CANCELED"]),
  percentComplete: z.number(),
  resourceId: z.string(),
  timeAccepted: z.string(),
  timeFinished: z.string().nullable(),
  errors: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Of an export: where it goes. */
  destination: z.object({ bucket: z.string(), object: z.string() }).nullable(),
});
export type StoredWorkRequest = z.infer<typeof StoredWorkRequestSchema>;

const StoredSchemaSchema = z.object({
  id: z.string(),
  compartmentId: z.string(),
  imageId: z.string(),
  displayName: z.string(),
  version: z.string(),
  schemaData: z.record(z.string(), z.unknown()),
  timeCreated: z.string(),
});
export type StoredSchema = z.infer<typeof StoredSchemaSchema>;

const StoredInstanceSchema = z.object({
  id: z.string(),
  compartmentId: z.string(),
  displayName: z.string(),
  imageId: z.string(),
  shape: z.string(),
  availabilityDomain: z.string(),
  metadata: z.record(z.string(), z.string()),
  timeCreated: z.string(),
});
export type StoredInstance = z.infer<typeof StoredInstanceSchema>;

const StoredObjectSchema = z.object({
  bucket: z.string(),
  name: z.string(),
  /** Name of the file that holds its bytes. */
  file: z.string(),
  sizeBytes: z.number(),
  contentType: z.string(),
  etag: z.string(),
  /** `<base64>`, or `<base64>-<parts>` of what was uploaded in parts. */
  md5: z.string(),
  timeCreated: z.string(),
});
export type StoredObject = z.infer<typeof StoredObjectSchema>;

const StoredUploadSchema = z.object({
  bucket: z.string(),
  object: z.string(),
  uploadId: z.string(),
  contentType: z.string(),
  timeCreated: z.string(),
  parts: z.array(
    z.object({
      partNumber: z.number(),
      file: z.string(),
      etag: z.string(),
      md5: z.string(),
      size: z.number(),
    }),
  ),
});
export type StoredUpload = z.infer<typeof StoredUploadSchema>;

const StoredLinkSchema = z.object({
  id: z.string(),
  bucket: z.string(),
  name: z.string(),
  token: z.string(),
  objectName: z.string(),
  accessType: z.enum(["ObjectRead", "ObjectWrite", "ObjectReadWrite"]),
  timeCreated: z.string(),
  timeExpires: z.string(),
});
export type StoredLink = z.infer<typeof StoredLinkSchema>;

const StateSchema = z.object({
  version: z.literal(1),
  nextId: z.number().int(),
  images: z.array(StoredImageSchema),
  workRequests: z.array(StoredWorkRequestSchema),
  schemas: z.array(StoredSchemaSchema),
  instances: z.array(StoredInstanceSchema),
  /** Image made under an `opc-retry-token`. */
  retryTokens: z.record(z.string(), z.string()),
  buckets: z.array(z.string()),
  objects: z.array(StoredObjectSchema),
  uploads: z.array(StoredUploadSchema),
  links: z.array(StoredLinkSchema),
});
export type AccountState = z.infer<typeof StateSchema>;

const empty: AccountState = {
  version: 1,
  nextId: 1,
  images: [],
  workRequests: [],
  schemas: [],
  instances: [],
  retryTokens: {},
  buckets: [],
  objects: [],
  uploads: [],
  links: [],
};

/** What the practice account holds, in `<folder>/state.json`; every `save` is on disk when it resolves. */
export interface EmulatorState {
  /** Changed in place, then saved. */
  readonly data: AccountState;
  /** E.g. `ocid1.image.oc1.iad.practice00000007`. */
  newId(kind: string): string;
  /** Where the bytes of objects, parts and images lie. */
  filePath(file: string): string;
  save(): Promise<void>;
}

export async function openState(place: {
  folder: string;
  writeFileAtomic: WriteFileAtomic;
}): Promise<EmulatorState> {
  const files = join(place.folder, "files");
  await mkdir(files, { recursive: true });
  const stored = await StoredState.open(place, StateSchema, empty);
  const { data } = stored;
  return {
    data,
    newId: (kind) => `ocid1.${kind}.oc1.iad.practice${String(data.nextId++).padStart(8, "0")}`,
    filePath: (file) => join(files, file),
    save: () => stored.save(),
  };
}
