import { z } from "zod";

/** A run of bytes of an object: one file in the bucket's `data/` folder. */
const SegmentSchema = z.object({
  file: z.string().regex(/^[0-9a-f]{32}$/),
  sizeBytes: z.number().int().nonnegative(),
});
export type Segment = z.infer<typeof SegmentSchema>;

/** What an object or an upload says about itself in headers. */
const DescriptionSchema = z.object({
  key: z.string(),
  contentType: z.string(),
  acl: z.enum(["private", "public-read"]),
  /** `x-amz-meta-*`, without the prefix. */
  metadata: z.record(z.string(), z.string()),
});
export type Description = z.infer<typeof DescriptionSchema>;

export const ObjectRecordSchema = DescriptionSchema.extend({
  version: z.literal(1),
  sizeBytes: z.number().int().nonnegative(),
  /** Without quotes: MD5, or MD5 of the parts' MD5s with `-<count>`. */
  etag: z.string(),
  lastModified: z.iso.datetime(),
  /** The parts as they were uploaded; completing an upload copies nothing. */
  segments: z.array(SegmentSchema),
});
export type ObjectRecord = z.infer<typeof ObjectRecordSchema>;

const PartRecordSchema = SegmentSchema.extend({ md5: z.string(), lastModified: z.iso.datetime() });
export type PartRecord = z.infer<typeof PartRecordSchema>;

export const UploadRecordSchema = DescriptionSchema.extend({
  version: z.literal(1),
  uploadId: z.string().regex(/^[0-9a-f]{32}$/),
  initiated: z.iso.datetime(),
  /** By part number. */
  parts: z.record(z.string(), PartRecordSchema),
});
export type UploadRecord = z.infer<typeof UploadRecordSchema>;
