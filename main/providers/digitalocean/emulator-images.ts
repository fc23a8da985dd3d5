import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import type { EmulatorState, StoredImage } from "./emulator-state.ts";
import { errorReply, notFound, page, refused, wireAction, wireImage } from "./emulator-wire.ts";

const name = z.string().trim().min(1).max(255);
const CreateSchema = z.object({
  name,
  url: z.string().min(1).max(4_000),
  region: z.string().min(1).max(50),
  distribution: z.string().default("Unknown"),
  description: z.string().max(2_000).default(""),
  tags: z.array(z.string().max(255)).max(50).nullish(),
});
const UpdateSchema = z.object({
  name: name.optional(),
  distribution: z.string().optional(),
  description: z.string().max(2_000).optional(),
});
const ActionSchema = z.object({ type: z.string(), region: z.string().max(50).optional() });

/** "Any other value will be accepted but ignored, and `Unknown` will be used in its place." */
const distributions = new Set(
  "Arch Linux,CentOS,CoreOS,Debian,Fedora,Fedora Atomic,FreeBSD,Gentoo,openSUSE,RancherOS,Rocky Linux,Ubuntu".split(
    ",",
  ),
);
const knownDistribution = (word: string): string => (distributions.has(word) ? word : "Unknown");

/** `/v2/images` and what lies below it. */
export async function images(
  request: EmulatorRequest,
  [id, sub, subId]: readonly (string | undefined)[],
  deps: RouteDeps,
): Promise<EmulatorReply> {
  if (id === undefined) {
    if (request.method === "GET") return listImages(request.url, deps.state);
    return request.method === "POST" ? createImage(request.body, deps) : notFound();
  }
  // Private images are known by number only. A deleted one is still told by its number.
  const image = /^\d{1,15}$/.test(id) ? deps.state.find(Number(id)) : undefined;
  if (image === undefined) return notFound();
  if (sub === undefined) return oneImage(request, image, deps);
  return sub === "actions" ? imageActions(request, image, subId, deps) : notFound();
}

function listImages(url: URL, state: EmulatorState): EmulatorReply {
  // There are no applications and no stock distributions here, only what was imported.
  const tag = url.searchParams.get("tag_name");
  const found = state.images.filter(
    (image) =>
      image.status !== "deleted" &&
      !url.searchParams.has("type") &&
      (tag === null || image.tags.includes(tag)),
  );
  const part = page(found.toReversed(), url);
  if ("status" in part) return part;
  const { items, links, meta } = part;
  return { status: 200, body: { images: items.map(wireImage), links, meta } };
}

async function createImage(body: unknown, deps: RouteDeps): Promise<EmulatorReply> {
  const parsed = CreateSchema.safeParse(body);
  if (!parsed.success) return refused(parsed.error);
  const { region, tags, distribution, ...rest } = parsed.data;
  const image = await deps.state.addImage({
    ...rest,
    distribution: knownDistribution(distribution),
    tags: tags ?? [],
    regions: [region],
    status: "NEW",
    errorMessage: "",
    createdAt: deps.clock.nowIso(),
    content: null,
  });
  const reply = { status: 202, body: { image: wireImage(image) } };
  deps.startImport(image);
  return reply;
}

async function oneImage(
  request: EmulatorRequest,
  image: StoredImage,
  deps: RouteDeps,
): Promise<EmulatorReply> {
  if (request.method === "GET") return { status: 200, body: { image: wireImage(image) } };
  if (image.status === "deleted") return notFound();
  if (request.method === "DELETE") {
    await deps.stopImport(image.id);
    await deps.state.removeImage(image.id);
    return { status: 204, body: null };
  }
  if (request.method !== "PUT") return notFound();
  const parsed = UpdateSchema.safeParse(request.body);
  if (!parsed.success) return refused(parsed.error);
  const { name: newName, distribution, description } = parsed.data;
  if (newName !== undefined) image.name = newName;
  if (distribution !== undefined) image.distribution = knownDistribution(distribution);
  if (description !== undefined) image.description = description;
  await deps.state.save();
  return { status: 200, body: { image: wireImage(image) } };
}

async function imageActions(
  request: EmulatorRequest,
  image: StoredImage,
  actionId: string | undefined,
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const actions = deps.state.actions.filter((action) => action.imageId === image.id);
  if (request.method === "GET" && actionId === undefined) {
    const part = page(actions, request.url);
    if ("status" in part) return part;
    return { status: 200, body: { actions: part.items.map(wireAction), links: part.links, meta: part.meta } };
  }
  if (request.method === "GET") {
    const action = actions.find(({ id }) => String(id) === actionId);
    return action === undefined ? notFound() : { status: 200, body: { action: wireAction(action) } };
  }
  if (request.method !== "POST" || actionId !== undefined) return notFound();
  const parsed = ActionSchema.safeParse(request.body);
  if (!parsed.success) return refused(parsed.error);
  if (parsed.data.type !== "transfer") return errorReply(422, "Only backups can be converted to a snapshot.");
  const { region } = parsed.data;
  if (region === undefined) return errorReply(422, "region is required for a transfer.");
  if (image.status !== "available") return errorReply(422, "The image is not available yet.");
  if (image.regions.includes(region)) return errorReply(422, `The image is in ${region} already.`);
  if (actions.some((each) => each.region === region && each.status === "in-progress")) {
    return errorReply(422, `The image is being transferred to ${region} already.`);
  }
  const action = await deps.state.addAction({
    imageId: image.id,
    region,
    status: "in-progress",
    startedAt: deps.clock.nowIso(),
    completedAt: null,
  });
  const reply = { status: 201, body: { action: wireAction(action) } };
  deps.startTransfer(action);
  return reply;
}
