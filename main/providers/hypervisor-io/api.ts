import { z } from "zod";

/**
 * The wire of the panel's user API and of a few admin lists, as the vendor's own clients document it
 * (hypervisor-io/terraform-provider-iaas, client/). Lists are Laravel paginators or bare arrays. Answers are read
 * leniently: unknown fields are left out.
 */

const text = z.string().max(10_000);
const id = z.union([text.min(1), z.number().int().transform(String)]);

export const ImageSchema = z.object({
  id,
  name: text,
  /** creating, available, error; `deleting` in the documentation of the window. */
  status: text,
  /** linux, windows, other. */
  type: text.nullish(),
  purpose: text.nullish(),
  /** Bytes; null or 0 until the hypervisor has reported it. */
  size: z.union([z.number().nonnegative(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
  created_at: text.nullish(),
  hypervisor_group: z.object({ name: text.nullish() }).nullish(),
});
export type WireImage = z.infer<typeof ImageSchema>;

/** POST /images, 200. */
export const CapturedReplySchema = z.object({ image: ImageSchema });

/** GET /images/search: what can be deployed, in groups. */
export const SearchReplySchema = z.object({
  results: z
    .array(
      z.object({
        text: text.nullish(),
        children: z
          .array(z.object({ id, text, distro: text.nullish() }))
          .max(10_000)
          .default([]),
      }),
    )
    .max(1_000),
});

export const InstanceSchema = z.object({
  id,
  display_name: text.nullish(),
  hostname: text.nullish(),
  name: text.nullish(),
  status: text.nullish(),
});
export const CreatedInstanceReplySchema = z.object({ instance: InstanceSchema });

/** POST /instance/{id}/deploy: the task is at the top level. */
export const DeployReplySchema = z.object({ task_id: id });

export const TaskReplySchema = z.object({
  task: z.object({
    /** pending, running, completed, failed, as far as the vendor's clients tell. */
    status: text,
    progress: z
      .union([
        z.number(),
        z
          .string()
          .regex(/^\d+(\.\d+)?$/)
          .transform(Number),
      ])
      .nullish(),
  }),
});
export type WireTask = z.infer<typeof TaskReplySchema>["task"];

export const KeySchema = z.object({ id, name: text });
export const LocationSchema = z.object({ id, name: text, display_name: text.nullish() });
export const PlanGroupSchema = z.object({ id, name: text.nullish(), display_name: text.nullish() });
export const PlanSchema = z.object({
  id,
  name: text,
  cpu_cores: z.number().nullish(),
  /** The vendor names no unit. */
  ram: z.number().nullish(),
  storage: z.number().nullish(),
});

/** Admin lists: models of which only what is looked for is read. */
export const AdminItemSchema = z.record(z.string(), z.unknown());

/** Writes answer 200 also when they failed. */
export const FailureSchema = z.object({ success: z.literal(false), message: text.nullish() });
export const DoneReplySchema = z.object({ success: z.literal(true) });

/** 422 has `errors` by field; some answers have `error` alone. */
export const ErrorSchema = z.object({
  message: text.nullish(),
  error: text.nullish(),
  errors: z.record(z.string(), z.array(text)).nullish(),
});

export const pageOf = <S extends z.ZodType>(item: S) =>
  z.union([
    z
      .array(item)
      .max(10_000)
      .transform((data) => ({ data, last_page: 1, total: data.length })),
    z.object({
      data: z.array(item).max(1_000),
      last_page: z.number().int().nullish(),
      total: z.number().int().nullish(),
    }),
  ]);

/** Body of POST /images. */
export interface CaptureBody {
  instance_id: string;
  name: string;
  cloudinit?: 0 | 1;
  type?: "linux" | "windows" | "other";
}

/** Body of POST /cloud-service/instances. */
export interface CreateInstanceBody {
  location_id: string;
  plan_id: string;
  hostname: string;
}

/** Body of POST /instance/{id}/deploy. */
export interface DeployBody {
  image_id: string;
  hostname?: string;
  ssh_keys?: string[];
  cloudcfg?: string;
}

/** Body of POST /instance/{id}/iso/{device}/insert. */
export interface InsertIsoBody {
  iso_url: string;
  custom_iso: 1;
}
