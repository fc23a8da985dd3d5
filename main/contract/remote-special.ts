import { z } from "zod";

/** What single providers have beside what all can; `Capabilities` tells which. */

/** `OCI` is Oracle's archive of a qcow2 and the image's own settings (.oci). */
export const RemoteExportFormatSchema = z.enum(["QCOW2", "OCI", "VDI", "VHD", "VMDK"]);
export type RemoteExportFormat = z.infer<typeof RemoteExportFormatSchema>;

/** An object in the account's own object storage. */
export const RemoteExportSchema = z.object({
  remoteImageId: z.string(),
  bucket: z.string().min(1).max(256),
  object: z.string().min(1).max(1024),
  format: RemoteExportFormatSchema.default("QCOW2"),
});

const RangeSchema = z.object({
  min: z.number().positive().nullable(),
  max: z.number().positive().nullable(),
});
const widening = ({ min, max }: z.infer<typeof RangeSchema>): boolean =>
  min === null || max === null || min <= max;
const LimitsSchema = RangeSchema.refine(widening, "The least is more than the most").nullable();

/** A shape that an image may be launched with. Ranges apply to flexible shapes only; null: no limit is set. */
export const CompatibleShapeSchema = z.object({
  shape: z.string().min(1).max(255),
  ocpus: RangeSchema.nullable(),
  memoryGB: RangeSchema.nullable(),
});
export type CompatibleShape = z.infer<typeof CompatibleShapeSchema>;

/** Adds a shape or changes its limits. */
export const SetShapeSchema = CompatibleShapeSchema.extend({
  remoteImageId: z.string(),
  ocpus: LimitsSchema.default(null),
  memoryGB: LimitsSchema.default(null),
});

/** The root compartment is the tenancy itself. */
export const CompartmentSchema = z.object({ id: z.string(), name: z.string(), description: z.string() });
export type Compartment = z.infer<typeof CompartmentSchema>;

/** An instance of a panel; `status` is the panel's own word. */
export const InstanceSchema = z.object({ id: z.string(), name: z.string(), status: z.string() });
export type Instance = z.infer<typeof InstanceSchema>;

export const CaptureTypeSchema = z.enum(["linux", "windows", "other"]);

/** An image made of an instance's primary disk. What is left out is as the panel thinks. */
export const CaptureSchema = z.object({
  accountId: z.string(),
  instanceId: z.string(),
  name: z.string().trim().min(1).max(255),
  type: CaptureTypeSchema.optional(),
  cloudInit: z.boolean().optional(),
});

/** A medium for an instance, fetched by the panel itself. null takes out what is in the drive. */
export const MountIsoSchema = z.object({
  accountId: z.string(),
  instanceId: z.string(),
  url: z.url({ protocol: /^https?$/ }).nullable(),
  device: z.enum(["primary", "secondary"]).default("primary"),
});
