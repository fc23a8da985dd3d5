import type { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { catalogue, type StoredImage, type StoredInstance } from "./emulator-state.ts";

/** Of a Laravel paginator, unless a controller says otherwise. */
const perPage = 15;

export const ok = (body: object): EmulatorReply => ({ status: 200, body });
export const done = (message: string, more: object = {}): EmulatorReply =>
  ok({ success: true, message, ...more });
/** Writes that fail answer 200 as well. */
export const failed = (message: string): EmulatorReply => ok({ success: false, message });
export const errorReply = (status: number, message: string): EmulatorReply => ({ status, body: { message } });
export const notFound = (what: string): EmulatorReply => ({
  status: 404,
  body: { error: `${what} not found` },
});
export const invalid = (errors: Record<string, string[]>): EmulatorReply => ({
  status: 422,
  body: { message: "The given data was invalid.", errors },
});

export function page(items: readonly object[], url: URL): EmulatorReply {
  const current = Math.max(1, Number(url.searchParams.get("page") ?? 1) || 1);
  const from = (current - 1) * perPage;
  return ok({
    current_page: current,
    data: items.slice(from, from + perPage),
    last_page: Math.max(1, Math.ceil(items.length / perPage)),
    per_page: perPage,
    total: items.length,
  });
}

export const wireImage = (image: StoredImage, instance: StoredInstance | undefined): object => ({
  id: image.id,
  name: image.name,
  instance_id: image.instanceId,
  cloudinit: image.cloudinit,
  type: image.type,
  status: image.status,
  size: image.status === "available" ? image.sizeBytes : null,
  purpose: "user",
  created_at: image.createdAt,
  source_instance: instance === undefined ? null : { id: instance.id, hostname: instance.hostname },
  image_storage: { name: "practice" },
  hypervisor_group: catalogue.location,
});

export const wireInstance = (instance: StoredInstance): object => ({
  id: instance.id,
  display_name: instance.hostname,
  hostname: instance.hostname,
  status: instance.status,
  hypervisor_group: catalogue.location,
});

export const refusedFields = (error: z.ZodError): EmulatorReply =>
  invalid(
    Object.fromEntries(
      error.issues.map(({ path, message, code }) => [path.join(".") || code, [message]] as const),
    ),
  );
