import { z } from "zod";
import type { Clock } from "#ports/ports.ts";
import type { EmulatorState, StoredAction, StoredImage } from "./emulator-state.ts";
import { errorReply, notFound, page, wireAction, wireImage, type EmulatorReply } from "./emulator-wire.ts";

export interface EmulatorRequest {
  readonly method: string;
  readonly url: URL;
  /** Parsed JSON, or undefined when there was no body. */
  readonly body: unknown;
}

export interface RouteDeps {
  readonly state: EmulatorState;
  readonly clock: Clock;
  readonly startImport: (image: StoredImage) => void;
  readonly stopImport: (imageId: number) => Promise<void>;
  readonly startTransfer: (action: StoredAction) => void;
}

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

const refused = (error: z.ZodError): EmulatorReply => {
  const issue = error.issues[0];
  return errorReply(422, `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is wrong"}`.trim());
};

/** Answers one authorised request. */
export async function route(request: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const { method, url } = request;
  const path = url.pathname.split("/").filter((part) => part !== "");
  const [version, room, id, sub, subId, ...rest] = path;
  if (version !== "v2" || rest.length > 0) return notFound();
  if (room === "account" && id === undefined && method === "GET") return { status: 200, body: { account } };
  if (room !== "images") return notFound();
  if (id === undefined) {
    if (method === "GET") return listImages(url, deps.state);
    return method === "POST" ? createImage(request.body, deps) : notFound();
  }
  // Private images are known by number only. A deleted one is still told by its number.
  const image = /^\d{1,15}$/.test(id) ? deps.state.find(Number(id)) : undefined;
  if (image === undefined) return notFound();
  if (sub === undefined) return oneImage(request, image, deps);
  if (sub !== "actions") return notFound();
  return imageActions(request, image, subId, deps);
}

/** The fields that the document requires. */
const account = {
  droplet_limit: 25,
  floating_ip_limit: 5,
  email: "practice@localhost",
  name: "Practice account",
  uuid: "00000000-0000-4000-8000-000000000000",
  email_verified: true,
  status: "active",
  status_message: "",
};

function listImages(url: URL, state: EmulatorState): EmulatorReply {
  // There are no applications and no stock distributions here, only what was imported.
  const tag = url.searchParams.get("tag_name");
  const images = state.images.filter(
    (image) =>
      image.status !== "deleted" &&
      !url.searchParams.has("type") &&
      (tag === null || image.tags.includes(tag)),
  );
  const part = page(images.toReversed(), url);
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
