import { z } from "zod";
import { AcceleratorNameSchema } from "./machine.ts";

/** How a candidate behaved when it had to boot the probe guest. */
export const CandidateSchema = z.object({
  name: AcceleratorNameSchema,
  ok: z.boolean(),
  outcome: z.enum([
    "works",
    "absent",
    "no-permission",
    "aborts",
    "hangs",
    "wrong-result",
    "slower-than-tcg",
    "not-tried",
  ]),
  /** One sentence for the user. */
  reason: z.string(),
  fix: z.string().nullable(),
  /** Wall time from spawn to the probe's last byte. */
  elapsedMs: z.number().nullable(),
  /** Last words of QEMU, where it failed. */
  stderr: z.string(),
});
export type Candidate = z.infer<typeof CandidateSchema>;

export const ToolSchema = z.object({
  name: z.string(),
  path: z.string().nullable(),
  version: z.string().nullable(),
  needed: z.enum(["required", "optional", "tests"]),
  purpose: z.string(),
});

export const DoctorReportSchema = z.object({
  schemaVersion: z.literal(1),
  ok: z.boolean(),
  checkedAt: z.iso.datetime(),
  /** True when the accelerator verdict came from the cache (same QEMU version, CPU and kernel). */
  cached: z.boolean(),
  accelerator: z.object({ chosen: AcceleratorNameSchema.nullable(), candidates: z.array(CandidateSchema) }),
  qemu: z.object({ path: z.string().nullable(), version: z.string().nullable() }),
  firmware: z.object({
    biosBundled: z.boolean(),
    uefiCode: z.string().nullable(),
    uefiVars: z.string().nullable(),
  }),
  disk: z.object({ path: z.string(), freeBytes: z.number(), totalBytes: z.number() }),
  keychain: z.object({ kind: z.enum(["os-keychain", "file"]), detail: z.string() }),
  tools: z.array(ToolSchema),
  /** Problems in the order in which to solve them. */
  problems: z.array(z.object({ level: z.enum(["error", "warning"]), title: z.string(), fix: z.string() })),
});
export type DoctorReport = z.infer<typeof DoctorReportSchema>;
