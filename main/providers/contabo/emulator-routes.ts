import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import { instances } from "./emulator-instances.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import type { StoredImage } from "./emulator-state.ts";
import {
  errorReply,
  notFound,
  one,
  page,
  refused,
  standardImage,
  wireImage,
  wireSecret,
  wireStats,
} from "./emulator-wire.ts";

const CreateSchema = z.object({
  name: z.string().trim().min(1).max(255),
  url: z.string().min(1).max(4_000),
  osType: z.enum(["Windows", "Linux"]),
  version: z.string().min(1).max(255),
  description: z.string().max(2_000).default(""),
});
const ChangeSchema = z.object({
  name: z.string().trim().min(1).max(255).optional(),
  description: z.string().max(2_000).optional(),
});
const SecretSchema = z.object({
  name: z.string().min(1).max(255),
  type: z.enum(["password", "ssh"]),
  value: z.string().min(8).max(4_000),
});

/** The pattern of `x-request-id`, required on every call. */
const requestId =
  /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-5][0-9A-Fa-f]{3}-[089abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/;

/** Answers one authorised request. */
export async function route(request: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  if (!requestId.test(String(request.headers["x-request-id"]))) {
    return errorReply(400, "x-request-id must be a UUID");
  }
  const [version, ...path] = request.url.pathname.split("/").filter((part) => part !== "");
  if (version !== "v1") return notFound("Route");
  const [room, kind, id, ...rest] = path;
  if (room === "secrets" && kind === undefined) return secrets(request, deps);
  if (room !== "compute" || rest.length > 0) return notFound("Route");
  if (kind === "instances") return instances(request, id, deps);
  if (kind !== "images") return notFound("Route");
  if (id === undefined)
    return request.method === "POST" ? createImage(request, deps) : listImages(request, deps);
  if (id === "stats" && request.method === "GET") {
    return one(200, wireStats(deps.state, deps.tenant), request.url.pathname);
  }
  const image = deps.state.find(id);
  return image === undefined ? notFound("Image") : oneImage(request, image, deps);
}

function listImages(request: EmulatorRequest, { state, tenant }: RouteDeps): EmulatorReply {
  if (request.method !== "GET") return notFound("Route");
  const { searchParams } = request.url;
  const standard = searchParams.get("standardImage");
  const name = searchParams.get("name");
  const own = state.images
    .filter((image) => name === null || image.name.includes(name))
    .map((image) => ({ ...wireImage(image, tenant), tags: [] }));
  return page(
    [...(standard === "true" ? [] : own), ...(standard === "false" ? [] : [standardImage(tenant)])],
    request.url,
  );
}

async function createImage(request: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const { state, clock, tenant } = deps;
  const parsed = CreateSchema.safeParse(request.body);
  if (!parsed.success) return refused(parsed.error);
  // "Download will be rejected if you have exceeded your limits"; 402: "requires additional payed service".
  if (state.usedBytes >= state.quotaBytes) return errorReply(402, "The limit for custom images is exceeded.");
  const format = await deps.probe(parsed.data.url);
  if (format === "other") {
    return errorReply(
      415,
      "Unsupported Media Type: Please provide a direct link to an .iso or .qcow2 image.",
    );
  }
  const image = await state.addImage({
    ...parsed.data,
    format,
    status: "Pending",
    errorMessage: "",
    sizeBytes: 0,
    uploadedBytes: 0,
    createdAt: clock.nowIso(),
    changedAt: clock.nowIso(),
    content: null,
  });
  deps.startImport(image);
  return one(201, { ...tenant, imageId: image.imageId }, `${request.url.pathname}/${image.imageId}`);
}

async function oneImage(
  { method, url, body }: EmulatorRequest,
  image: StoredImage,
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const { state, tenant, clock } = deps;
  if (method === "GET") return one(200, wireImage(image, tenant), url.pathname);
  if (method === "DELETE") {
    await deps.stopImport(image.imageId);
    await state.removeImage(image.imageId);
    return { status: 204, body: null };
  }
  if (method !== "PATCH") return notFound("Route");
  const parsed = ChangeSchema.safeParse(body);
  if (!parsed.success) return refused(parsed.error);
  const { name = image.name, description = image.description } = parsed.data;
  Object.assign(image, { name, description, changedAt: clock.nowIso() });
  await state.save();
  return one(200, { ...tenant, imageId: image.imageId }, url.pathname);
}

async function secrets({ method, url, body }: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const { state, tenant, clock } = deps;
  if (method === "GET") {
    const type = url.searchParams.get("type");
    const found = state.secrets.filter((secret) => type === null || secret.type === type);
    return page(
      found.map((secret) => wireSecret(secret, tenant)),
      url,
    );
  }
  if (method !== "POST") return notFound("Route");
  const parsed = SecretSchema.safeParse(body);
  if (!parsed.success) return refused(parsed.error);
  const secret = await state.addSecret({ ...parsed.data, createdAt: clock.nowIso() });
  return one(201, wireSecret(secret, tenant), `${url.pathname}/${secret.secretId}`);
}
