import { z } from "zod";

/**
 * The wire of Core Services, Work Requests and Identity (API version 20160918) as far as it is used here, after
 * the models of Oracle's TypeScript SDK. Answers are read leniently: closed lists are plain strings.
 */

const text = z.string().max(10_000);
const tags = z.record(z.string(), z.string()).nullish();

export const ErrorSchema = z.object({ code: z.string(), message: z.string() });

export const ImageSchema = z.object({
  id: text,
  /** Of platform images null. */
  compartmentId: text.nullish(),
  displayName: text.nullish(),
  operatingSystem: text.nullish(),
  operatingSystemVersion: text.nullish(),
  /** PROVISIONING, IMPORTING, AVAILABLE, EXPORTING, DISABLED, DELETED. */
  lifecycleState: text,
  launchMode: text.nullish(),
  /** Of the boot volume; 1 MB = 1,048,576 bytes. */
  sizeInMBs: z.number().nonnegative().nullish(),
  timeCreated: text.nullish(),
  freeformTags: tags,
});
export type WireImage = z.infer<typeof ImageSchema>;
export const ImagesSchema = z.array(ImageSchema).max(1_000);

/** Body of POST /images. */
export interface CreateImageBody {
  compartmentId: string;
  displayName: string;
  freeformTags: Record<string, string>;
  launchMode: "PARAVIRTUALIZED";
  imageSourceDetails: {
    sourceImageType: "QCOW2" | "VMDK";
    operatingSystem: string;
    operatingSystemVersion: string;
  } & (
    | { sourceType: "objectStorageTuple"; namespaceName: string; bucketName: string; objectName: string }
    | { sourceType: "objectStorageUri"; sourceUri: string }
  );
}

export const WorkRequestSchema = z.object({
  id: text,
  operationType: text,
  /** ACCEPTED, IN_PROGRESS, FAILED, SUCCEEDED, CANCELING, CANCELED. */
  status: text,
  percentComplete: z.number().nullish(),
  timeAccepted: text.nullish(),
});
export type WireWorkRequest = z.infer<typeof WorkRequestSchema>;
export const WorkRequestsSchema = z.array(WorkRequestSchema).max(1_000);
export const WorkRequestErrorsSchema = z
  .array(z.object({ code: text.nullish(), message: text.nullish() }))
  .max(1_000);

const OcpuConstraintsSchema = z.object({ min: z.number().nullish(), max: z.number().nullish() });
const MemoryConstraintsSchema = z.object({ minInGBs: z.number().nullish(), maxInGBs: z.number().nullish() });
export const ShapeCompatibilitySchema = z.object({
  imageId: text,
  shape: text,
  ocpuConstraints: OcpuConstraintsSchema.nullish(),
  memoryConstraints: MemoryConstraintsSchema.nullish(),
});
export const ShapeCompatibilitiesSchema = z.array(ShapeCompatibilitySchema).max(1_000);

export const ShapeSchema = z.object({
  shape: text,
  ocpus: z.number().nullish(),
  memoryInGBs: z.number().nullish(),
  ocpuOptions: z.object({ min: z.number().nullish(), max: z.number().nullish() }).nullish(),
  memoryOptions: z
    .object({
      minInGBs: z.number().nullish(),
      maxInGBs: z.number().nullish(),
      defaultPerOcpuInGBs: z.number().nullish(),
    })
    .nullish(),
});
export type WireShape = z.infer<typeof ShapeSchema>;
export const ShapesSchema = z.array(ShapeSchema).max(1_000);

const DescriptorSchema = z.looseObject({ descriptorType: text, source: text });
export const CapabilitySchemaSchema = z.object({
  id: text,
  imageId: text,
  computeGlobalImageCapabilitySchemaVersionName: text,
  schemaData: z.record(z.string(), DescriptorSchema).nullish(),
});
export type WireCapabilitySchema = z.infer<typeof CapabilitySchemaSchema>;
export const CapabilitySchemasSchema = z.array(CapabilitySchemaSchema).max(1_000);
export const GlobalCapabilitySchemasSchema = z
  .array(z.object({ id: text, currentVersionName: text.nullish() }))
  .max(1_000);

export const InstanceSchema = z.object({ id: text, lifecycleState: text });
export const SubnetsSchema = z.array(
  z.object({ id: text, displayName: text.nullish(), cidrBlock: text.nullish() }),
);
export const AvailabilityDomainsSchema = z.array(z.object({ name: text }));
export const CompartmentSchema = z.object({
  id: text,
  name: text,
  description: text.nullish(),
  lifecycleState: text.nullish(),
});
export const CompartmentsSchema = z.array(CompartmentSchema).max(1_000);

/** 204, or a body that is of no interest. */
export const AnythingSchema = z.unknown();
