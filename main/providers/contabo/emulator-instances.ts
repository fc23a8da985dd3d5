import { z } from "zod";
import type { EmulatorReply, EmulatorRequest } from "#providers/emulation/json-server.ts";
import type { RouteDeps } from "./emulator-route-deps.ts";
import { errorReply, notFound, one, page, refused, wireInstance } from "./emulator-wire.ts";

const InstallSchema = z.object({
  imageId: z.string(),
  sshKeys: z.array(z.number().int()).default([]),
  rootPassword: z.number().int().optional(),
  userData: z.string().default(""),
  defaultUser: z.enum(["root", "admin", "administrator"]).optional(),
});
const OrderSchema = InstallSchema.extend({
  period: z.union([z.literal(1), z.literal(3), z.literal(6), z.literal(12)]),
  productId: z.string().optional(),
  region: z.string().optional(),
  displayName: z.string().max(255).default(""),
  addOns: z.object({ customImage: z.object({}).optional() }).default({}),
});

/** `/v1/compute/instances` and `/v1/compute/instances/{id}`. */
export async function instances(
  request: EmulatorRequest,
  id: string | undefined,
  deps: RouteDeps,
): Promise<EmulatorReply> {
  const { state, tenant } = deps;
  const { method, url } = request;
  if (id === undefined) {
    if (method === "POST") return order(request, deps);
    if (method !== "GET") return notFound("Route");
    return page(
      state.instances.map((instance) => wireInstance(instance, tenant)),
      url,
    );
  }
  const instance = state.instances.find(({ instanceId }) => String(instanceId) === id);
  if (instance === undefined) return notFound("Instance");
  if (method === "GET") return one(200, wireInstance(instance, tenant), url.pathname);
  if (method !== "PUT") return notFound("Route");
  const parsed = InstallSchema.safeParse(request.body);
  if (!parsed.success) return refused(parsed.error);
  const problem = problemOf(parsed.data, deps);
  if (problem !== null) return problem;
  if (instance.status !== "running") return errorReply(409, "The instance is being installed.");
  const { imageId, sshKeys, userData } = parsed.data;
  const installedAt = deps.clock.nowIso();
  Object.assign(instance, { imageId, sshKeys, userData, installedAt, status: "installing" });
  await state.save();
  deps.startInstall(instance);
  const { createdAt: createdDate, instanceId } = instance;
  return one(200, { ...tenant, instanceId, createdDate }, url.pathname);
}

async function order({ body, url }: EmulatorRequest, deps: RouteDeps): Promise<EmulatorReply> {
  const { state, tenant, clock, platform } = deps;
  const { manifest, products, customImageAddOn } = platform;
  const parsed = OrderSchema.safeParse(body);
  if (!parsed.success) return refused(parsed.error);
  const { data } = parsed;
  const problem = problemOf(data, deps);
  if (problem !== null) return problem;
  const region = data.region ?? manifest.defaultRegion ?? "";
  if (!manifest.regions.includes(region)) return errorReply(400, "region is not known");
  const productId = data.productId ?? products[0]?.id ?? "";
  if (!products.some((product) => product.id === productId)) return errorReply(400, "productId is not known");
  if (customImageAddOn && data.addOns.customImage === undefined) {
    return errorReply(402, "The add-on for custom images is needed.");
  }
  const { imageId, sshKeys, userData, displayName } = data;
  const instance = await state.addInstance({
    imageId,
    sshKeys,
    userData,
    displayName,
    region,
    productId,
    status: "provisioning",
    createdAt: clock.nowIso(),
    installedAt: clock.nowIso(),
  });
  const reply = one(201, wireInstance(instance, tenant), `${url.pathname}/${instance.instanceId}`);
  deps.startInstall(instance);
  return reply;
}

function problemOf(body: z.infer<typeof InstallSchema>, { state }: RouteDeps): EmulatorReply | null {
  if (state.find(body.imageId)?.status !== "Downloaded") return notFound("Image");
  const has = (id: number, type: string): boolean =>
    state.secrets.some((secret) => secret.secretId === id && secret.type === type);
  if (!body.sshKeys.every((id) => has(id, "ssh"))) return notFound("Secret");
  return body.rootPassword === undefined || has(body.rootPassword, "password") ? null : notFound("Secret");
}
