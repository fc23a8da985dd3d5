import { z } from "zod";

/** A state of a machine that can be returned to. Layers of the disk below it are never written again. */
export const CheckpointSchema = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  parentId: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** With memory the guest goes on where it was; without, it boots from the disk as it was. */
  withMemory: z.boolean(),
  diskBytes: z.number(),
  memoryBytes: z.number(),
  /** A person's, or a build's after the stage of this name. */
  stage: z.string().nullable(),
});
export type Checkpoint = z.infer<typeof CheckpointSchema>;
