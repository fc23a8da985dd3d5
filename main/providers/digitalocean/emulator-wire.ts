import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { EmulatorReply } from "#providers/emulation/json-server.ts";
import { regionOf, sizeOf } from "./emulator-catalogue.ts";
import type { StoredAction, StoredDroplet, StoredImage, StoredKey } from "./emulator-state.ts";

/** Shapes of the OpenAPI document's `image`; sizes in decimal gigabytes with two places, as the service shows. */
export function wireImage(image: StoredImage): object {
  const available = image.status === "available";
  return {
    id: image.id,
    name: image.name,
    type: "custom",
    distribution: image.distribution,
    slug: null,
    public: false,
    regions: available ? image.regions : [],
    created_at: image.createdAt,
    min_disk_size:
      image.content === null ? null : Math.max(1, Math.ceil(image.content.virtualBytes / 2 ** 30)),
    size_gigabytes:
      image.content === null ? null : Math.max(0.01, Math.round(image.content.fileBytes / 1e7) / 100),
    description: image.description,
    tags: image.tags,
    status: image.status,
    error_message: image.errorMessage,
  };
}

export const wireAction = (action: StoredAction): object => ({
  id: action.id,
  status: action.status,
  type: "transfer",
  started_at: action.startedAt,
  completed_at: action.completedAt,
  resource_id: action.imageId,
  resource_type: "image",
  region: regionOf(action.region),
  region_slug: action.region,
});

export const wireKey = ({ id, name, publicKey, fingerprint }: StoredKey): object => ({
  id,
  name,
  public_key: publicKey,
  fingerprint,
});

/** Without an address while it is new, as the service shows it. */
export function wireDroplet(droplet: StoredDroplet, image: StoredImage | undefined): object {
  const size = sizeOf(droplet.size);
  const address = {
    ip_address: `192.0.2.${(droplet.id % 250) + 2}`,
    netmask: "255.255.255.0",
    gateway: "192.0.2.1",
    type: "public",
  };
  return {
    id: droplet.id,
    name: droplet.name,
    memory: size.memory,
    vcpus: size.vcpus,
    disk: size.disk,
    locked: droplet.status === "new",
    status: droplet.status,
    kernel: null,
    created_at: droplet.createdAt,
    features: [],
    backup_ids: [],
    next_backup_window: null,
    snapshot_ids: [],
    image: image === undefined ? {} : wireImage(image),
    volume_ids: [],
    size,
    size_slug: droplet.size,
    networks: { v4: droplet.status === "new" ? [] : [address], v6: [] },
    region: regionOf(droplet.region),
    tags: droplet.tags,
  };
}

/** `id` is the short word that goes with the status code. */
const errorIds: Record<number, string> = {
  400: "bad_request",
  401: "unauthorized",
  402: "payment_required",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "payload_too_large",
  422: "unprocessable_entity",
  429: "too_many_requests",
  500: "server_error",
  503: "service_unavailable",
};

export const errorReply = (
  status: number,
  message: string,
  headers: Record<string, string> = {},
): EmulatorReply => ({
  status,
  headers,
  body: { id: errorIds[status] ?? "error", message, request_id: randomUUID() },
});

export const notFound = (): EmulatorReply =>
  errorReply(404, "The resource you were accessing could not be found.");

/** A body that is not as the document says. */
export const refused = (error: z.ZodError): EmulatorReply => {
  const issue = error.issues[0];
  return errorReply(422, `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`.trim());
};

/** One page of a list with links as the service makes them: absolute, and none that lead nowhere. */
export function page<T>(
  all: readonly T[],
  url: URL,
): { items: T[]; links: object; meta: { total: number } } | EmulatorReply {
  const perPage = wholeNumber(url.searchParams.get("per_page"), 20);
  const number = wholeNumber(url.searchParams.get("page"), 1);
  if (perPage === null || perPage > 200) return errorReply(422, "per_page must be between 1 and 200.");
  if (number === null) return errorReply(422, "page must be 1 or more.");
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const link = (target: number): string => {
    const linked = new URL(url);
    linked.searchParams.set("page", String(target));
    linked.searchParams.set("per_page", String(perPage));
    return linked.href;
  };
  const pages = {
    ...(number > 1 ? { first: link(1), prev: link(number - 1) } : {}),
    ...(number < last ? { next: link(number + 1), last: link(last) } : {}),
  };
  const items = all.slice((number - 1) * perPage, number * perPage);
  return { items, links: last === 1 ? {} : { pages }, meta: { total: all.length } };
}

function wholeNumber(text: string | null, fallback: number): number | null {
  if (text === null) return fallback;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}
