import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import { knowsSize, sizeOf } from "./emulator-catalogue.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import type { EmulatorState, StoredDroplet } from "./emulator-state.ts";
import { errorReply, notFound, page, refused, wireDroplet } from "./emulator-wire.ts";

/** "Single Droplet Request" of the document. */
const CreateSchema = z.object({
  name: z
    .string()
    .max(255)
    .regex(/^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/),
  size: z.string(),
  image: z.union([z.number().int(), z.string()]),
  region: z.string().optional(),
  ssh_keys: z.array(z.union([z.number().int(), z.string()])).default([]),
  user_data: z
    .string()
    .max(64 * 1024)
    .default(""),
  monitoring: z.boolean().default(false),
  ipv6: z.boolean().default(false),
  tags: z.array(z.string()).nullish(),
});

/** `/v2/droplets` and `/v2/droplets/{id}`. */
export async function droplets(
  request: EmulatorRequest,
  id: string | undefined,
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const { state } = deps;
  const wire = (droplet: StoredDroplet): object => wireDroplet(droplet, state.find(droplet.imageId));
  if (id !== undefined) {
    const droplet = state.droplets.find((each) => String(each.id) === id);
    if (droplet === undefined || request.method !== "GET") return notFound();
    return { status: 200, body: { droplet: wire(droplet) } };
  }
  if (request.method === "POST") return createDroplet(request, deps);
  if (request.method !== "GET") return notFound();
  const part = page(state.droplets, request.url);
  if ("status" in part) return part;
  return { status: 200, body: { droplets: part.items.map(wire), links: part.links, meta: part.meta } };
}

async function createDroplet(request: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const { state } = deps;
  const parsed = CreateSchema.safeParse(request.body);
  if (!parsed.success) return refused(parsed.error);
  const { data } = parsed;
  const image = state.find(Number(data.image));
  if (image?.status !== "available")
    return errorReply(422, "You specified an invalid image for Droplet creation.");
  const region = data.region ?? image.regions[0] ?? "";
  const problem = problemOf(data, image.regions.includes(region) ? null : region);
  if (problem !== null) return errorReply(422, problem);
  const needed = Math.ceil((image.content?.virtualBytes ?? 0) / 2 ** 30);
  if (needed > sizeOf(data.size).disk)
    return errorReply(422, "The image needs a larger disk than this size has.");
  const keyIds = data.ssh_keys.map((key) => keyOf(state, key));
  if (keyIds.includes(null)) return errorReply(422, "A given SSH key is not in the account.");
  const droplet = await state.addDroplet({
    name: data.name,
    region,
    size: data.size,
    imageId: image.id,
    status: "new",
    createdAt: deps.clock.nowIso(),
    tags: data.tags ?? [],
    userData: data.user_data,
    keyIds: keyIds.filter((key) => key !== null),
  });
  const reply = { status: 202, body: { droplet: wireDroplet(droplet, image), links: { actions: [] } } };
  deps.startDroplet(droplet);
  return reply;
}

/** What "Custom Images Limits" and "Custom Images Features" forbid of droplets made from a custom image. */
function problemOf(data: z.infer<typeof CreateSchema>, strangeRegion: string | null): string | null {
  if (!knowsSize(data.size)) return "You specified an invalid size for Droplet creation.";
  if (strangeRegion !== null) return `The image is not available in the region ${strangeRegion}.`;
  if (data.ssh_keys.length === 0)
    return "You must provide an SSH key to create a Droplet from a custom image.";
  if (data.monitoring) return "Monitoring cannot be enabled when a Droplet is created from a custom image.";
  return data.ipv6 ? "IPv6 is not supported on Droplets created from custom images." : null;
}

const keyOf = (state: EmulatorState, key: number | string): number | null =>
  state.keys.find(({ id, fingerprint }) => String(id) === String(key) || fingerprint === key)?.id ?? null;
